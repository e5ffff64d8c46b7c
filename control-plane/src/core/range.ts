/** `NAME`, `NAME@VERSION` or `NAME@RANGE`: which releases a policy is about. */
import { SkerryError } from '@skerry/proto/errors';
import { NAME_PATTERN } from '@skerry/proto/ids';
import { compareVersions, VERSION_PATTERN } from '@skerry/proto/version';

/** A parsed reference; `bounds` are the half-open interval of versions, undefined for any. */
export interface ReleaseRange {
  name: string;
  low: string | undefined;
  /** Exclusive; equal to nothing where undefined. */
  high: string | undefined;
  exact: string | undefined;
}

/**
 * Parses `NAME`, `NAME@1.2.0`, `NAME@^1.2.0` (same major), `NAME@~1.2.0` (same minor), `NAME@>=1.2.0` or `NAME@*`.
 * Throws SkerryError invalid.
 */
export function parseReleaseRange(text: string): ReleaseRange {
  const [name = '', range, ...rest] = text.split('@');
  const open: ReleaseRange = { name, low: undefined, high: undefined, exact: undefined };
  const match = /^(\^|~|>=)?(.+)$/.exec(range ?? '*');
  const version = match?.[2] ?? '';
  const operator = match?.[1];
  const any = version === '*' && operator === undefined;
  if (!NAME_PATTERN.test(name) || rest.length > 0 || (!any && !VERSION_PATTERN.test(version)))
    throw new SkerryError('invalid', `"${text}" names no release`, {
      hint: 'write NAME, NAME@1.2.0, NAME@^1.2.0, NAME@~1.2.0 or NAME@>=1.2.0',
    });
  if (any) return open;
  if (operator === undefined) return { ...open, exact: version };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const high =
    operator === '^' ? `${major + 1}.0.0` : operator === '~' ? `${major}.${minor + 1}.0` : undefined;
  return { ...open, low: version, high };
}

/** Whether a release lies in a range. */
export function inRange(range: ReleaseRange, name: string, version: string): boolean {
  if (range.name !== name) return false;
  if (range.exact !== undefined) return compareVersions(version, range.exact) === 0;
  if (range.low !== undefined && compareVersions(version, range.low) < 0) return false;
  return range.high === undefined || compareVersions(version, range.high) < 0;
}
