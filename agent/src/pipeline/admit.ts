/**
 * Which journaled samples a device's windows take. In this order, a sample is rejected as
 *
 *   late        its time lies before the device's next window, or where windows have measured before it started anew
 *   duplicate   every channel it carries has that very value at that time already
 *   conflict    every channel is there already, and some with another value; the first one wins
 *   overflow    the device has `maxOpenSamples` open; the watermark still moves, so that windows close and make room
 *
 * A sample with one new channel is taken for that channel. While no release cuts windows the oldest samples close as
 * skipped in place of an overflow.
 */
import { type Books, closeOldest, type Device } from './device.ts';
import type { Left } from './device-state.ts';
import type { SampleBatch } from './types.ts';

export type FeedReason = 'devices' | 'late' | 'duplicate' | 'conflict' | 'overflow';

export interface AdmissionOptions {
  /** Channels of the configuration, which are the columns of every batch. */
  readonly width: number;
  readonly maxOpenSamples: number;
  /** Called for each row that was taken, not while rebuilding; `values` are its own for the call alone. */
  readonly onRow: ((device: string, values: Float64Array, timeUs: number) => void) | undefined;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #books: Books;
  readonly #values: Float64Array;

  constructor(options: AdmissionOptions, books: Books) {
    this.#options = options;
    this.#books = books;
    this.#values = new Float64Array(options.width);
  }

  /**
   * Takes or rejects row `row` of a batch, which stands at place `place` of journal entry `seq`; `cut` says whether a
   * release cuts the device's windows.
   */
  take(
    device: Device,
    batch: SampleBatch,
    row: number,
    seq: number,
    place: number,
    cut: boolean,
  ): 'taken' | FeedReason {
    const timeUs = batch.timeUs[row]!;
    if (timeUs < device.lateUs || device.barred.meets(timeUs, timeUs + 1)) {
      device.late++;
      return this.#rejectAt(device, 'late', seq, place, timeUs);
    }
    const repeated = this.#unseen(device, batch, row);
    if (repeated) return this.#rejectAt(device, repeated, seq, place, timeUs);
    if (device.rows.count >= this.#options.maxOpenSamples && (cut || !this.#makeRoom(device, timeUs))) {
      device.maxUs = Math.max(device.maxUs, timeUs);
      return this.#rejectAt(device, 'overflow', seq, place, timeUs);
    }
    this.#insert(device, timeUs, seq, 0);
    this.#observe(device, timeUs);
    return 'taken';
  }

  /** Puts a row back that may have been open when its device's state was written; false where it wasn't. */
  putBack(device: Device, lefts: readonly Left[], batch: SampleBatch, row: number, seq: number): boolean {
    const timeUs = batch.timeUs[row]!;
    if (this.#unseen(device, batch, row)) return false;
    const flags = timeUs < device.nextUs ? this.#leftAt(lefts, timeUs) : 0;
    if (flags === undefined) return false;
    this.#insert(device, timeUs, seq, flags);
    return true;
  }

  /** Counts a rejection. */
  reject(reason: FeedReason): FeedReason {
    const { rejected } = this.#books.counters;
    rejected[reason] = (rejected[reason] ?? 0) + 1;
    return reason;
  }

  #rejectAt(device: Device, reason: FeedReason, seq: number, place: number, timeUs: number): FeedReason {
    if (timeUs >= device.nextUs) device.rejected.add(seq, place, timeUs);
    device.dirty = true;
    return this.reject(reason);
  }

  // Copies the row's values, without those whose channel is taken at that time; says so where none is left.
  #unseen(device: Device, batch: SampleBatch, row: number): 'duplicate' | 'conflict' | undefined {
    const { width } = this.#options;
    const values = this.#values;
    const timeUs = batch.timeUs[row]!;
    for (let c = 0; c < width; c++) values[c] = batch.values[row * width + c]!;
    const { rows } = device;
    let conflict = false;
    for (let at = rows.lowerBound(timeUs); at < rows.count && rows.timeUs(at) === timeUs; at++)
      for (let c = 0; c < width; c++) {
        const held = rows.value(at, c);
        if (Number.isNaN(held) || Number.isNaN(values[c]!)) continue;
        conflict ||= held !== values[c];
        values[c] = Number.NaN;
      }
    for (let c = 0; c < width; c++) if (!Number.isNaN(values[c]!)) return undefined;
    return conflict ? 'conflict' : 'duplicate';
  }

  #makeRoom(device: Device, timeUs: number): boolean {
    const { rows } = device;
    const oldestUs = rows.timeUs(0);
    if (timeUs <= oldestUs) return false;
    device.nextUs = Math.max(device.nextUs, oldestUs + 1);
    device.lateUs = Math.max(device.lateUs, device.nextUs);
    closeOldest(device, rows.lowerBound(oldestUs + 1), this.#books);
    return true;
  }

  #insert(device: Device, timeUs: number, seq: number, flags: number): void {
    const { rows } = device;
    let at = rows.lowerBound(timeUs);
    while (at < rows.count && rows.timeUs(at) === timeUs) at++;
    rows.insert(at, timeUs, seq, flags, this.#values);
    this.#books.span.add(seq);
    device.maxUs = Math.max(device.maxUs, timeUs);
    device.rejected.taken();
    // What a window waits for may have come: a value of that channel, or (rate: any) a tick in its midst.
    const awaited = device.blockChannel === -1 ? Number.NaN : this.#values[device.blockChannel]!;
    if (at < rows.count - 1 || !Number.isNaN(awaited)) device.blockChannel = -1;
  }

  #observe(device: Device, timeUs: number): void {
    this.#options.onRow?.(device.id, this.#values, timeUs);
  }

  // Leaves of a row before the next window only the channels whose left neighbour it is; undefined where it is none's.
  #leftAt(lefts: readonly Left[], timeUs: number): number | undefined {
    let flags: number | undefined;
    for (let c = 0; c < this.#values.length; c++) {
      const left = lefts.find((l) => l.channel === c && l.timeUs === timeUs);
      if (left && !Number.isNaN(this.#values[c]!)) flags = left.flags;
      else this.#values[c] = Number.NaN;
    }
    return flags;
  }
}
