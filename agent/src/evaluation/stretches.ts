/** Stretches of time in which something was wrong, as people label them, and what lies in them. */
import { SkerryError } from '@skerry/proto/errors';

/** From the first faulty moment to the last, both in it, in microseconds since the Unix epoch. */
export interface Stretch {
  fromUs: number;
  toUs: number;
}

/** Collects rows that are labelled one by one, in order of time, into stretches. */
export class StretchCollector {
  readonly stretches: Stretch[] = [];
  #open: Stretch | undefined;

  add(timeUs: number, isFaulty: boolean): void {
    if (!isFaulty) {
      this.#open = undefined;
      return;
    }
    if (this.#open && timeUs >= this.#open.toUs) this.#open.toUs = timeUs;
    else {
      this.#open = { fromUs: timeUs, toUs: timeUs };
      this.stretches.push(this.#open);
    }
  }
}

/**
 * Windows as the Numenta Anomaly Benchmark writes them: `[[FROM, TO], …]`, or an object of such lists by file, of which
 * the one whose key ends the recording's path is taken. Times are ISO 8601, without a zone in UTC. Throws SkerryError
 * invalid.
 */
export function parseWindows(json: string, options: { file: string; recording: string }): Stretch[] {
  const { file, recording } = options;
  const refuse = (what: string): never => {
    throw new SkerryError('invalid', `${file}: ${what}`, {
      hint: 'expected [["2026-01-01 00:00:00", "2026-01-01 01:00:00"], …], or an object of such lists by the recording\'s file',
    });
  };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new SkerryError('invalid', `${file} is no JSON`, { hint: 'see --windows', cause });
  }
  if (!Array.isArray(value) && typeof value === 'object' && value !== null) {
    const path = recording.replaceAll('\\', '/');
    const key = Object.keys(value).find((name) => path === name || path.endsWith(`/${name}`));
    value =
      key === undefined ? refuse(`no key of it ends ${recording}`) : (value as Record<string, unknown>)[key];
  }
  if (!Array.isArray(value)) return refuse('it holds no list of windows');
  const windows = value.map((entry: unknown): Stretch => {
    if (!Array.isArray(entry) || entry.length !== 2) return refuse(`${JSON.stringify(entry)} is no window`);
    const [fromUs, toUs] = entry.map((time) => timeOf(String(time)));
    if (!(fromUs! <= toUs!)) return refuse(`${JSON.stringify(entry)} is no window`);
    return { fromUs: fromUs!, toUs: toUs! };
  });
  return windows.sort((a, b) => a.fromUs - b.fromUs);
}

function timeOf(text: string): number {
  const iso = text.trim().replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`) * 1_000;
}

/** The first stretch (ascending, disjoint) that meets the times from `fromUs` to `toUs`, both included; -1 for none. */
export function stretchAt(stretches: readonly Stretch[], fromUs: number, toUs: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle]!.toUs < fromUs) low = middle + 1;
    else high = middle;
  }
  return low < stretches.length && stretches[low]!.fromUs <= toUs ? low : -1;
}
