/** Numbers and times as people read them: times in UTC, ages in two units at most, counts grouped by thin spaces. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `8 s`, `4 min`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const t = Math.max(0, ms);
  if (t < SECOND && t > 0) return `${Math.round(t)} ms`;
  if (t < MINUTE) return `${Math.floor(t / SECOND)} s`;
  if (t < HOUR) return `${Math.floor(t / MINUTE)} min`;
  if (t < DAY) return two(Math.floor(t / HOUR), 'h', Math.floor((t % HOUR) / MINUTE), 'min');
  return two(Math.floor(t / DAY), 'd', Math.floor((t % DAY) / HOUR), 'h');
}

function two(a: number, unitA: string, b: number, unitB: string): string {
  return b === 0 ? `${a} ${unitA}` : `${a} ${unitA} ${b} ${unitB}`;
}

/** How long ago: `now`, `8 s ago`. */
export function age(nowMs: number, thenMs: number): string {
  const ms = nowMs - thenMs;
  return ms < SECOND ? 'now' : `${duration(ms)} ago`;
}

/** `2026-11-20 09:01:04`, with milliseconds only where there are some. UTC. */
export function stamp(ms: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
  return text.endsWith('.000') ? text.slice(0, -4) : text;
}

/** Only the time of day where `ms` lies on the same UTC day as `nowMs`. */
export function shortStamp(ms: number, nowMs: number): string {
  const text = stamp(ms);
  return text.slice(0, 10) === stamp(nowMs).slice(0, 10) ? text.slice(11) : text;
}

/** A whole number, grouped: `1 203 998`. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** `1 agent`, `3 agents`. */
export function plural(n: number, word: string): string {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** A measured value with two or three significant digits, in a form whose width hardly changes. */
export function value(x: number): string {
  if (!Number.isFinite(x)) return '–';
  const size = Math.abs(x);
  if (size >= 10_000) return count(x);
  if (size >= 100) return x.toFixed(0);
  if (size >= 10) return x.toFixed(1);
  if (size >= 0.1 || size === 0) return x.toFixed(2);
  if (size >= 0.001) return x.toFixed(3);
  return x.toExponential(1);
}

/** `82 %`. */
export function percent(share: number): string {
  const p = 100 * share;
  return `${p > 0 && p < 1 ? p.toFixed(1) : p.toFixed(0)}\u2009%`;
}

/** `64 KiB`. */
export function bytes(n: number): string {
  if (n < 1_024) return `${n} B`;
  if (n < 1_024 ** 2) return `${(n / 1_024).toFixed(1)} KiB`;
  return `${(n / 1_024 ** 2).toFixed(1)} MiB`;
}

/** The first 12 digits of a digest. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
