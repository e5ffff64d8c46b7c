/**
 * What keeps the journal small while some window still needs a few samples of old entries (a slow sensor, a device that
 * fell silent in a `rate: any` pipeline): those samples are written anew into one entry that takes the place of many.
 *
 *     entries 1 … 400, one open sample in 3 and one in 250     →  entry 400 with two samples
 *
 * A run of neighbours is worth it where a quarter of its bytes goes, or, where entries are too many, where it has two.
 * What was written anew is left alone until it has holes again, so each byte is written anew only a few times.
 */
import type { LiveEntry } from './journal.ts';

/** Bounds of what has been fed and is kept for open samples. */
export interface JournalLimits {
  maxJournalEntries: number;
  maxJournalBytes: number;
}

/** Neighbouring entries first..last. */
export interface EntryRun {
  first: number;
  last: number;
}

/** Largest entry that carrying over makes, as a rule, and its share of `maxJournalBytes`. */
const MAX_MERGED_BYTES = 4 * 1024 ** 2;
const MERGED_SHARE = 1 / 8;
/** What an entry takes beside its rows, about: key, header, names. */
const ENTRY_BYTES = 48;
/** What a run must free, of its bytes, to be worth writing anew. */
const MIN_FREED = 1 / 4;

/** Whether entries take more than `share` of what they may. */
export function isOver(entries: readonly LiveEntry[], limits: JournalLimits, share: number): boolean {
  return (
    entries.length > share * limits.maxJournalEntries || sizeOf(entries) > share * limits.maxJournalBytes
  );
}

/**
 * The oldest run of entries that is worth writing anew; `open` says how many samples of an entry's pipeline are open.
 * Undefined where open samples take nearly all of the space.
 */
export function nextRun(
  entries: readonly LiveEntry[],
  open: (pipeline: string, seq: number) => number,
  limits: JournalLimits,
): EntryRun | undefined {
  const mergedBytes = Math.min(MAX_MERGED_BYTES, MERGED_SHARE * limits.maxJournalBytes);
  const tooMany = entries.length > limits.maxJournalEntries / 2;
  let run: LiveEntry[] = [];
  let [sizeBytes, keptBytes] = [0, ENTRY_BYTES];
  const isWorthIt = (): boolean =>
    sizeBytes - keptBytes >= MIN_FREED * Math.max(1, sizeBytes) || (tooMany && run.length > 1);
  for (const entry of entries) {
    const kept = keptOf(entry, open);
    const freed = entry.sizeBytes - kept - ENTRY_BYTES;
    const isSettled = entry.sizeBytes >= mergedBytes / 2 && freed < MIN_FREED * entry.sizeBytes;
    if (isSettled || keptBytes + kept > mergedBytes) {
      if (isWorthIt()) break;
      run = [];
      [sizeBytes, keptBytes] = [0, ENTRY_BYTES];
    }
    if (isSettled) continue;
    run.push(entry);
    sizeBytes += entry.sizeBytes;
    keptBytes += kept;
  }
  return isWorthIt() ? { first: run[0]!.seq, last: run.at(-1)!.seq } : undefined;
}

/** Where the oldest samples have to be closed as they stand, so that an eighth of the bounds becomes free: below which entry. */
export function closeBelow(entries: readonly LiveEntry[], limits: JournalLimits): number {
  let [count, bytes] = [0, 0];
  for (const entry of entries) {
    if (count >= limits.maxJournalEntries / 8 || bytes >= limits.maxJournalBytes / 8) return entry.seq;
    count++;
    bytes += entry.sizeBytes;
  }
  return (entries.at(-1)?.seq ?? 0) + 1;
}

// By its share of the entry's rows; samples of a pipeline that is no more are nobody's.
function keptOf(entry: LiveEntry, open: (pipeline: string, seq: number) => number): number {
  let [all, kept] = [0, 0];
  for (const pipeline in entry.rows) {
    all += entry.rows[pipeline]!;
    kept += open(pipeline, entry.seq);
  }
  return all === 0 ? 0 : (Math.max(0, entry.sizeBytes - ENTRY_BYTES) * kept) / all;
}

function sizeOf(entries: readonly LiveEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
}
