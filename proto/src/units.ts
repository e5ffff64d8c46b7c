/** The grammar of durations, sizes, percentages and rates, the same in every file and flag. */
import { SkerryError } from './errors.ts';

const DURATION_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function scaled(text: string, units: Record<string, number>, what: string): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text.trim());
  const factor = match ? units[match[2]!] : undefined;
  if (!match || factor === undefined)
    throw new SkerryError('invalid', `"${text}" is no ${what}`, {
      hint: `write a number and a unit (${Object.keys(units).join(', ')}), for example ${what === 'size' ? '512MiB' : '30s'}`,
    });
  return Number(match[1]) * factor;
}

/** Milliseconds of `<number>(ms|s|m|h|d)`. Throws SkerryError invalid. */
export function durationMs(text: string): number {
  return scaled(text, DURATION_MS, 'duration');
}

/** Bytes of `<number>(B|KiB|MiB|GiB)`. Throws SkerryError invalid. */
export function sizeBytes(text: string): number {
  return Math.floor(scaled(text, SIZE_BYTES, 'size'));
}

/** The share of `n%`: `5%` is 0.05. Throws SkerryError invalid. */
export function percentShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  if (!match || Number(match[1]) > 100)
    throw new SkerryError('invalid', `"${text}" is no percentage`, {
      hint: 'write for example 5%, at most 100%',
    });
  return Number(match[1]) / 100;
}

/** Events per second of `nHz` or `n/<duration>`. Throws SkerryError invalid. */
export function rateHz(text: string): number {
  const hertz = /^(\d+(?:\.\d+)?)Hz$/.exec(text.trim());
  const per = /^(\d+(?:\.\d+)?)\/(.+)$/.exec(text.trim());
  const rate = hertz
    ? Number(hertz[1])
    : per
      ? (Number(per[1]) * 1_000) / durationMs(unitDuration(per[2]!))
      : Number.NaN;
  if (!(rate > 0) || !Number.isFinite(rate))
    throw new SkerryError('invalid', `"${text}" is no rate`, { hint: 'write for example 2Hz or 5/10m' });
  return rate;
}

function unitDuration(text: string): string {
  return /^\d/.test(text) ? text : `1${text}`;
}

/** A count within a duration, `3/10m`, as `{ count, windowMs }`. Throws SkerryError invalid. */
export function countPer(text: string): { count: number; windowMs: number } {
  const match = /^(\d+)\/(.+)$/.exec(text.trim());
  if (!match)
    throw new SkerryError('invalid', `"${text}" is no count per duration`, {
      hint: 'write for example 3/10m',
    });
  return { count: Number(match[1]), windowMs: durationMs(unitDuration(match[2]!)) };
}

/** A duration for people: `1m 30s`, `2.4s`, `15ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')}s`;
  const [minutes, hours, days] = [
    Math.floor(ms / 60_000),
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 86_400_000),
  ];
  if (hours < 1) return `${minutes}m ${Math.floor((ms % 60_000) / 1_000)}s`;
  return days < 1 ? `${hours}h ${minutes % 60}m` : `${days}d ${hours % 24}h`;
}

/** A size for people: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** ISO 8601 in UTC of microseconds since the epoch: milliseconds always, microseconds where there are any. */
export function isoFromUs(us: number): string {
  const ms = Math.floor(us / 1_000);
  const rest = us - ms * 1_000;
  const iso = new Date(ms).toISOString();
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(Math.round(rest)).padStart(3, '0')}Z`;
}
