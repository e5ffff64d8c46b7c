/**
 * Event-time windows of one release over the rows of its devices.
 *
 * With a rate: windows are [t(W), t(W + length)) for ticks W divisible by `hop`. The next one closes when the watermark
 * (greatest accepted event time less `lateness`) has reached its last tick and every tick of every channel is
 * determined (resample.ts), or as a gap when one never will be; silence closes what is pending at once. Closed is
 * final: samples before the next window's start are late. A stretch without a single sample holds no windows; it is
 * skipped in one step and counted nowhere. Windows that reach from such a stretch into the samples behind it, a
 * device's first ones too, are gaps.
 *
 *   1Hz, length 4, hop 4, maxGap 2s, lateness 1s
 *   samples 0 1 2 3 4    4 moves the watermark to 3, the last tick of [0, 4): closed, all exact
 *   samples 5 9 10 …     tick 6 has 5 before it and 9 after it, 4s apart: [4, 8) is a gap once the watermark is past 7
 *
 * `rate: any`: the ticks are the rows' own times, settled when the watermark has reached them; a window is `length` of
 * them in a row, named by the first and the last; the next begins `hop` further on. Silence settles, and closes no
 * window that isn't full.
 *
 * What a window does depends on the rows, on where the next window starts and on the watermark alone, so that windows
 * rebuilt from the journal go on exactly as they would have.
 */
import type { WindowSpec } from '@skerry/proto/release';
import type { ReadyWindows } from './batch.ts';
import { type Books, classify, closeOldest, closeRow, type Device } from './device.ts';
import { type Outcome, type Resampled, type ResampleSpec, resample, type Target } from './resample.ts';
import type { Rows } from './rows.ts';
import { createTicks, type Ticks } from './ticks.ts';

const US_PER_MS = 1000;

export class Windows {
  /** How long a device may be silent before what is pending closes, in monotonic milliseconds. */
  readonly silenceMs: number;
  readonly #ticks: Ticks | undefined;
  readonly #hop: number;
  readonly #latenessUs: number;
  readonly #columns: readonly number[];
  readonly #spec: ResampleSpec;
  readonly #ready: ReadyWindows;
  readonly #books: Books;
  readonly #tickUs: Float64Array;
  readonly #firstTickUs: Float64Array;
  readonly #target: Target;
  readonly #result: Resampled = { filled: 0, blockUs: 0 };
  readonly #satisfied: Uint8Array;

  /**
   * `columns[c]` is the place of the release's channel c in a device's rows. Throws SkerryError unsupported for a rate
   * that has no ticks.
   */
  constructor(spec: WindowSpec, columns: readonly number[], ready: ReadyWindows, books: Books) {
    this.#ticks = spec.rate === 'any' ? undefined : createTicks(spec.rate);
    this.#hop = spec.hop;
    this.#latenessUs = spec.lateness * US_PER_MS;
    this.#columns = columns;
    this.#spec = { previous: spec.missing === 'previous', maxGapUs: spec.maxGap * US_PER_MS };
    this.#ready = ready;
    this.#books = books;
    this.#tickUs = new Float64Array(spec.length);
    this.#firstTickUs = this.#tickUs.subarray(0, 1);
    this.#target = { data: new Float32Array(0), offset: 0, stride: columns.length };
    this.#satisfied = new Uint8Array(columns.length);
    // A device slower than maxGap would otherwise be taken for silent between any two samples.
    const periodMs = (this.#ticks?.periodUs ?? 0) / US_PER_MS;
    this.silenceMs = spec.lateness + spec.maxGap + (periodMs > spec.maxGap ? periodMs : 0);
  }

  /**
   * Cuts whatever windows of a device can close now, `silent` as if nothing more would come. False where there was no
   * room for one: call again.
   */
  advance(device: Device, silent: boolean): boolean {
    if (device.rows.count === 0) return true;
    while (!this.#ready.full) {
      if (!(this.#ticks ? this.#step(device, this.#ticks, silent) : this.#stepAny(device, silent))) {
        if (silent && this.#ticks) this.#finish(device, this.#ticks);
        return true;
      }
    }
    return false;
  }

  /** Closes or skips one window; false where the device has to wait. */
  #step(device: Device, ticks: Ticks, silent: boolean): boolean {
    const { rows } = device;
    const first = rows.lowerBound(device.nextUs);
    if (first === rows.count && (silent || Number.isNaN(device.nextTick))) return false;
    const start = Number.isNaN(device.nextTick) ? this.#covering(ticks, rows.timeUs(first)) : device.nextTick;
    const { length } = this.#tickUs;
    const watermarkUs = silent ? Number.POSITIVE_INFINITY : device.maxUs - this.#latenessUs;
    if (watermarkUs < ticks.timeUs(start + length - 1) || this.#blocked(device, watermarkUs)) return false;
    const toUs = ticks.timeUs(start + length);
    // A span that was measured before the device started anew gives no second result.
    const outcome = device.barred.meets(ticks.timeUs(start), toUs)
      ? 'gap'
      : this.#resampleTicks(device, ticks, start, watermarkUs);
    if (outcome === 'wait') return false;
    if (outcome === 'complete') this.#put(device, this.#tickUs[0]!, toUs, toUs);
    else if (first < rows.count && rows.timeUs(first) < toUs) this.#gap(device, toUs);
    else return this.#skip(device, ticks, start, watermarkUs);
    this.#moveTo(device, ticks, start + this.#hop);
    return true;
  }

  // Past windows without a sample, up to the next sample's or to the first that could still get one in time.
  #skip(device: Device, ticks: Ticks, start: number, watermarkUs: number): boolean {
    const { rows } = device;
    const first = rows.lowerBound(device.nextUs);
    let beyond = this.#covering(ticks, first < rows.count ? rows.timeUs(first) : device.maxUs);
    if (watermarkUs !== Number.POSITIVE_INFINITY) {
      const { length } = this.#tickUs;
      let last = ticks.at(watermarkUs) - length + 1;
      if (ticks.timeUs(last) === watermarkUs) last--; // a sample at the watermark is in time
      beyond = Math.min(beyond, this.#hop * (Math.floor(last / this.#hop) + 1));
    }
    if (beyond <= start) return false;
    this.#moveTo(device, ticks, beyond);
    return true;
  }

  #stepAny(device: Device, silent: boolean): boolean {
    const { rows } = device;
    const { length } = this.#tickUs;
    const first = rows.lowerBound(device.nextUs);
    const watermarkUs = silent ? Number.POSITIVE_INFINITY : device.maxUs - this.#latenessUs;
    if (rows.count - first < length || this.#blocked(device, watermarkUs)) return false;
    let ticks = 0;
    for (let row = first; row < rows.count && ticks < length; row++) {
      const timeUs = rows.timeUs(row);
      if (timeUs > watermarkUs) break;
      if (!this.#concerns(rows, row)) continue;
      if (ticks === 0 || timeUs !== this.#tickUs[ticks - 1]) this.#tickUs[ticks++] = timeUs;
    }
    if (ticks < length) return false;
    const outcome = this.#resample(device, watermarkUs);
    if (outcome === 'wait') return false;
    const toUs = this.#tickUs[length - 1]!;
    if (outcome === 'complete') this.#put(device, this.#tickUs[0]!, toUs, toUs + 1);
    else this.#gap(device, toUs + 1);
    device.nextUs = this.#hop < length ? this.#tickUs[this.#hop]! : toUs + 1;
    device.lateUs = toUs + 1;
    this.#leave(device);
    return true;
  }

  // A row may carry only channels of the configuration that this release doesn't look at.
  #concerns(rows: Rows, row: number): boolean {
    for (let c = 0; c < this.#columns.length; c++)
      if (!Number.isNaN(rows.value(row, this.#columns[c]!))) return true;
    return false;
  }

  // The smallest start divisible by hop whose window covers a time.
  #covering(ticks: Ticks, timeUs: number): number {
    return this.#hop * (Math.floor((ticks.at(timeUs) - this.#tickUs.length) / this.#hop) + 1);
  }

  // Only a value of the awaited channel, or the watermark, can change what the last attempt found.
  #blocked(device: Device, watermarkUs: number): boolean {
    return device.blockChannel !== -1 && watermarkUs <= device.blockUs;
  }

  // Looks at the first tick alone before working out all: many windows in a row may begin inside the same hole.
  #resampleTicks(device: Device, ticks: Ticks, start: number, watermarkUs: number): Outcome {
    this.#tickUs[0] = ticks.timeUs(start);
    const first = this.#resampleAt(this.#firstTickUs, 0, device, watermarkUs);
    if (first !== 'complete') return first;
    for (let k = 1; k < this.#tickUs.length; k++) this.#tickUs[k] = ticks.timeUs(start + k);
    return this.#resample(device, watermarkUs);
  }

  #resample(device: Device, watermarkUs: number): Outcome {
    let filled = 0;
    for (let c = 0; c < this.#columns.length; c++) {
      const outcome = this.#resampleAt(this.#tickUs, c, device, watermarkUs);
      if (outcome !== 'complete') return outcome;
      filled += this.#result.filled;
    }
    this.#result.filled = filled;
    return 'complete';
  }

  #resampleAt(tickUs: Float64Array, c: number, device: Device, watermarkUs: number): Outcome {
    const target = this.#target;
    const { data, offset } = this.#ready.slot();
    target.data = data;
    target.offset = offset + c;
    const channel = this.#columns[c]!;
    const outcome = resample(device.rows, channel, tickUs, watermarkUs, this.#spec, target, this.#result);
    if (outcome === 'wait') {
      device.blockChannel = channel;
      device.blockUs = this.#result.blockUs;
    }
    return outcome;
  }

  #put(device: Device, fromUs: number, toUs: number, coversToUs: number): void {
    this.#ready.put(device.id, fromUs, toUs, this.#result.filled, device.late);
    device.measured.add(fromUs, coversToUs);
    device.late = 0;
    device.usedToUs = coversToUs;
    this.#books.counters.windows++;
  }

  #gap(device: Device, coversToUs: number): void {
    device.gapToUs = coversToUs;
    this.#books.counters.gapWindows++;
  }

  #moveTo(device: Device, ticks: Ticks, start: number): void {
    device.nextTick = start;
    device.nextUs = Math.max(device.nextUs, ticks.timeUs(start));
    device.lateUs = Math.max(device.lateUs, device.nextUs);
    this.#leave(device);
  }

  /**
   * Closes the rows before the next window's start, but keeps as left neighbours those that are some channel's latest
   * before it, near enough to matter.
   */
  #leave(device: Device): void {
    const { rows, nextUs } = device;
    const columns = this.#columns;
    const end = rows.lowerBound(nextUs);
    this.#satisfied.fill(0);
    for (let row = end; row < rows.count && rows.timeUs(row) === nextUs; row++) this.#mark(rows, row);
    let kept = end;
    for (let row = end - 1; row >= 0; row--) {
      let wanted = false;
      if (nextUs - rows.timeUs(row) <= this.#spec.maxGapUs)
        for (let c = 0; c < columns.length; c++)
          if (this.#satisfied[c] === 0 && !Number.isNaN(rows.value(row, columns[c]!))) {
            this.#satisfied[c] = 1;
            wanted = true;
          }
      if (wanted) {
        rows.setFlags(row, classify(device, row));
        rows.move(row, --kept);
      } else closeRow(device, row, this.#books);
    }
    rows.drop(kept);
    device.rejected.forgetBefore(nextUs - this.#spec.maxGapUs);
    device.blockChannel = -1;
    device.dirty = true;
  }

  #mark(rows: Rows, row: number): void {
    for (let c = 0; c < this.#columns.length; c++)
      if (!Number.isNaN(rows.value(row, this.#columns[c]!))) this.#satisfied[c] = 1;
  }

  // Silence ends the stretch: nothing stays open, and the next window starts behind everything that was seen.
  #finish(device: Device, ticks: Ticks): void {
    const beyond = this.#hop * (Math.floor(ticks.at(device.maxUs) / this.#hop) + 1);
    if (!(device.nextTick >= beyond)) this.#moveTo(device, ticks, beyond);
    closeOldest(device, device.rows.count, this.#books);
  }
}
