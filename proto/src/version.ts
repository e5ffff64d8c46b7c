/** Semantic versions (semver.org 2.0.0) and `NAME@VERSION` references. */
import { SkerryError } from './errors.ts';

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;
export const VERSION_PATTERN: RegExp = SEMVER;

/** Orders two versions by precedence (semver.org, clause 11). Throws SkerryError invalid on a malformed one. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) if (x.numbers[i] !== y.numbers[i]) return x.numbers[i]! - y.numbers[i]!;
  if (x.pre.length === 0 || y.pre.length === 0) return y.pre.length - x.pre.length;
  for (let i = 0; i < Math.max(x.pre.length, y.pre.length); i++) {
    const order = comparePre(x.pre[i], y.pre[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function parts(version: string): { numbers: number[]; pre: string[] } {
  const match = SEMVER.exec(version);
  if (!match)
    throw new SkerryError('invalid', `"${version}" is no semantic version`, {
      hint: 'write for example 1.2.0',
    });
  return { numbers: match.slice(1, 4).map(Number), pre: match[4]?.split('.') ?? [] };
}

function comparePre(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const [x, y] = [/^\d+$/.test(a) ? Number(a) : undefined, /^\d+$/.test(b) ? Number(b) : undefined];
  if (x !== undefined && y !== undefined) return x - y;
  if (x !== undefined) return -1;
  if (y !== undefined) return 1;
  return a < b ? -1 : 1;
}

/** `NAME` or `NAME@VERSION`. Throws SkerryError invalid. */
export function parseReleaseRef(text: string): { name: string; version: string | undefined } {
  const [name, version, ...rest] = text.split('@');
  if (!name || rest.length > 0 || (version !== undefined && !SEMVER.test(version)))
    throw new SkerryError('invalid', `"${text}" names no release`, { hint: 'write NAME or NAME@VERSION' });
  return { name, version };
}
