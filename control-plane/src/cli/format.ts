/** How the operator's command line shows things to people. */
import { print, printTable } from '@skerry/proto/node/program';
import { formatDuration } from '@skerry/proto/units';

/**
 * Text that came from elsewhere (agents, devices, servers) without control characters, so that none of it can steer
 * the terminal. `lines` keeps line breaks.
 */
export function plain(text: string, lines = false): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, (c) => (lines && c === '\n' ? c : '�'));
}

/** Prints rows as a table, or a line that says there is nothing. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  nothing = 'nothing',
): void {
  if (rows.length === 0) print(nothing);
  else
    printTable(
      header,
      rows.map((row) => row.map((cell) => plain(cell))),
    );
}

/** Prints `name  value` lines, aligned; undefined values are left out. */
export function fields(pairs: readonly (readonly [string, string | undefined])[]): void {
  const shown = pairs.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) print(`${name.padEnd(width)}  ${plain(value!)}`);
}

/** A wall time in UTC, to the second. */
export function time(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '–' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** How long ago something was. */
export function ago(ms: number | null | undefined, nowMs: number = Date.now()): string {
  if (ms === null || ms === undefined) return 'never';
  const seconds = Math.max(0, Math.floor((nowMs - ms) / 1_000));
  if (seconds < 120) return `${seconds}s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h ago` : `${Math.floor(hours / 24)}d ago`;
}

/** `a=1 b=2`. */
export function labels(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** A number to four significant digits, without a tail of zeros. */
export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${Number(value.toPrecision(4))}`;
}

/** The first twelve digits of a digest. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** A share as percent. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

/** A duration as it is written in files. */
export function duration(ms: number): string {
  return formatDuration(ms);
}
