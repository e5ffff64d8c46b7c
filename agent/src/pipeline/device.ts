import type { JournalSpan } from './journal-span.ts';
import { RejectedRuns } from './rejected-runs.ts';
import { CLASSIFIED, GAP, Rows, USED } from './rows.ts';
import { Spans } from './spans.ts';
import type { SampleCounters } from './types.ts';

/** What a pipeline knows of one device; everything here but the rows and the last three survives a restart. */
export interface Device {
  readonly id: string;
  readonly rows: Rows;
  /** Which window specification cut it last: 0 before any release. */
  specTag: number;
  /** Journal entries up to this one hold no open sample of the device, whatever their times. */
  floorSeq: number;
  /** First tick of the next window, NaN until one has closed. */
  nextTick: number;
  /** No window needs a sample before this time, but for left neighbours. */
  nextUs: number;
  /** Samples before this time are late. */
  lateUs: number;
  /** Greatest accepted event time; less `lateness` it is the watermark. */
  maxUs: number;
  /** Where the last window that gave a result ended, and the last that was a gap. */
  usedToUs: number;
  gapToUs: number;
  /** Late samples since its previous window. */
  late: number;
  readonly rejected: RejectedRuns;
  /** What its windows have measured since it started anew, and before that. */
  readonly measured: Spans;
  readonly barred: Spans;
  readonly decisions: Decisions;
  /** What the model remembers of it. */
  memory: Memory | undefined;
  /** The channel whose undetermined tick the next window waits for (-1: none), until the watermark passes `blockUs`. */
  blockChannel: number;
  blockUs: number;
  dirty: boolean;
}

/** What a model gave to be given again with the device's next window; `tag` names the release that did. */
export interface Memory {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** What decide.ts remembers of a device. */
export interface Decisions {
  /** Which outputs and rules the counts belong to. */
  tag: number;
  /** Windows in a row past the threshold, per judged output. */
  past: number[];
  /** Windows in a row that satisfied it, per rule. */
  held: number[];
  episode: Episode | undefined;
}

/** An alert that is open. */
export interface Episode {
  id: string;
  output: string;
  /** End of the window of the last record. */
  updatedUs: number;
  /** Windows in a row below the threshold. */
  below: number;
}

/** A device that nothing has been seen of. */
export function createDevice(id: string, width: number): Device {
  return {
    id,
    rows: new Rows(width),
    specTag: 0,
    floorSeq: -1,
    nextTick: Number.NaN,
    nextUs: Number.NEGATIVE_INFINITY,
    lateUs: Number.NEGATIVE_INFINITY,
    maxUs: Number.NEGATIVE_INFINITY,
    usedToUs: Number.NEGATIVE_INFINITY,
    gapToUs: Number.NEGATIVE_INFINITY,
    late: 0,
    rejected: new RejectedRuns(),
    measured: new Spans(),
    barred: new Spans(),
    decisions: { tag: 0, past: [], held: [], episode: undefined },
    memory: undefined,
    blockChannel: -1,
    blockUs: 0,
    dirty: false,
  };
}

/** What follows is no longer in a row with what was; an episode goes on, and is told of at its next window. */
export function breakOff(decisions: Decisions): void {
  decisions.past.fill(0);
  decisions.held.fill(0);
  if (decisions.episode) decisions.episode.updatedUs = Number.NEGATIVE_INFINITY;
}

/** The books that closing a sample moves. */
export interface Books {
  readonly counters: SampleCounters;
  readonly span: JournalSpan;
}

/** What a row closes as: used where a window that covered its time gave a result, else gap, else skipped. */
export function classify(device: Device, row: number): number {
  const flags = device.rows.flags(row);
  if (flags & CLASSIFIED) return flags;
  const timeUs = device.rows.timeUs(row);
  return CLASSIFIED | (timeUs < device.usedToUs ? USED : 0) | (timeUs < device.gapToUs ? GAP : 0);
}

/** Counts a row as closed; the caller takes it out of the rows. */
export function closeRow(device: Device, row: number, books: Books): void {
  const flags = classify(device, row);
  if (flags & USED) books.counters.used++;
  else if (flags & GAP) books.counters.gap++;
  else books.counters.skipped++;
  books.span.remove(device.rows.seq(row));
}

/** Closes the oldest `count` rows. */
export function closeOldest(device: Device, count: number, books: Books): void {
  for (let row = 0; row < count; row++) closeRow(device, row, books);
  device.rows.drop(count);
  device.dirty = true;
}
