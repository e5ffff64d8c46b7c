/**
 * From journaled samples to windows: one place that knows every device of a pipeline. Samples enter in the order of
 * the journal; each is taken, or rejected as
 *
 *   devices     the pipeline holds windows for `maxDevices` others already
 *   late        its time lies before the device's next window
 *   duplicate   every channel it carries has that very value at that time already
 *   conflict    every channel is there already, and some with another value; the first one wins
 *   overflow    the device has `maxOpenSamples` open; the watermark still moves, so that windows close and make room
 *
 * A sample with one new channel is taken for that channel. Without a release samples stay open until one comes; past
 * `maxOpenSamples` the oldest close as skipped.
 */
import { invariant } from '@skerry/proto/errors';
import { emptyCounters } from '../outbox/counters.ts';
import type { ReadyWindows } from './batch.ts';
import { type Books, closeOldest, closeRow, createDevice, type Device } from './device.ts';
import { decodeDevice, encodeDevice, type Left } from './device-state.ts';
import { JournalSpan } from './journal-span.ts';
import { Silence } from './silence.ts';
import type { DeviceState, SampleBatch, SampleCounters, WindowBatch } from './types.ts';
import type { Windows } from './window.ts';

type FeedReason = 'devices' | 'late' | 'duplicate' | 'conflict' | 'overflow';

export interface FeedOptions {
  /** Channels of the configuration, which are the columns of every batch. */
  readonly width: number;
  readonly maxDevices: number;
  readonly maxOpenSamples: number;
  /** Called for each value that was taken, not while rebuilding. */
  readonly onSample: ((device: string, channel: number, value: number, timeUs: number) => void) | undefined;
}

/** What cuts windows: a release's. */
export interface Cutter {
  readonly windows: Windows;
  readonly ready: ReadyWindows;
  /** Names the specification: devices cut by another one start anew. Never 0. */
  readonly tag: number;
}

interface Backlog {
  batch: SampleBatch;
  seq: number;
  /** Next row, and the place of row 0 within the journal entry. */
  row: number;
  base: number;
  nowMs: number;
}

export class Feed {
  readonly books: Books = { counters: emptyCounters(), span: new JournalSpan() };
  readonly #options: FeedOptions;
  readonly #devices = new Map<string, Device>();
  readonly #touched = new Set<Device>();
  readonly #lefts = new Map<Device, Left[]>();
  readonly #silence = new Silence<Device>();
  readonly #values: Float64Array;
  /** Devices whose windows wait for room, before anything else is fed. */
  #work: { device: Device; silent: boolean }[] = [];
  #backlog: Backlog[] = [];
  #cutter: Cutter | undefined;
  #unsettled = false;
  #last = { seq: -1, rows: 0 };

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#values = new Float64Array(options.width);
  }

  /** Windows cut and not taken yet. */
  get ready(): number {
    return this.#cutter?.ready.count ?? 0;
  }

  /** Whether everything fed has gone as far as it can. */
  get drained(): boolean {
    return this.ready === 0 && this.#work.length === 0 && this.#backlog.length === 0;
  }

  device(id: string): Device {
    const device = this.#devices.get(id);
    invariant(device, `windows of a device that isn't known: ${id}`);
    this.#touched.add(device);
    return device;
  }

  /** Cuts with another release's windows from the next feed or tick on. */
  use(cutter: Cutter): void {
    invariant(this.drained, 'a release is set while windows of the one before are on their way');
    this.#cutter = cutter;
    this.#unsettled = true;
  }

  /** Devices as they were committed; their samples come back through `rebuild`. */
  restore(states: readonly DeviceState[], counters: SampleCounters | undefined): void {
    for (const { device: id, bytes } of states) {
      const { device, left } = decodeDevice(id, bytes, this.#options.width);
      this.#devices.set(id, device);
      if (left.length > 0) this.#lefts.set(device, left);
    }
    if (counters) Object.assign(this.books.counters, structuredClone(counters));
    this.#unsettled = true;
  }

  /** Feeds a batch of journal entry `seq`; what doesn't fit into the ready windows waits inside until they are taken. */
  live(batch: SampleBatch, seq: number, nowMs: number): void {
    this.#settle(nowMs);
    this.#backlog.push({ batch, seq, row: 0, base: this.#place(seq, batch), nowMs });
    this.#pump();
  }

  /** Puts those samples of a committed entry back that were open; counts nothing. */
  rebuild(batch: SampleBatch, seq: number, nowMs: number): void {
    const base = this.#place(seq, batch);
    for (let row = 0; row < batch.count; row++) {
      const device = this.#devices.get(batch.devices[batch.device[row]!]!);
      if (device && seq > device.floorSeq && !device.rejected.has(seq, base + row))
        this.#putBack(device, batch, row, seq, nowMs);
    }
  }

  /** Closes what silence closes; when to come again. */
  tick(nowMs: number): number | undefined {
    this.#settle(nowMs);
    const silenceMs = this.#cutter?.windows.silenceMs;
    this.#pump();
    if (silenceMs === undefined) return undefined;
    let oldestMs = this.#silence.oldestMs();
    while (oldestMs !== undefined && oldestMs + silenceMs <= nowMs && this.#work.length === 0) {
      this.#work.push({ device: this.#silence.shift()!, silent: true });
      this.#pump();
      oldestMs = this.#silence.oldestMs();
    }
    if (this.#work.length > 0) return nowMs;
    return oldestMs === undefined ? undefined : oldestMs + silenceMs;
  }

  take(max: number): WindowBatch | undefined {
    const batch = this.#cutter?.ready.take(max);
    this.#pump();
    return batch;
  }

  /** States of devices that changed since the last call. */
  dirtyStates(): DeviceState[] {
    const states: DeviceState[] = [];
    for (const device of this.#touched) {
      if (!device.dirty) continue;
      device.dirty = false;
      states.push({ device: device.id, bytes: encodeDevice(device) });
    }
    this.#touched.clear();
    return states;
  }

  /** Closes the open samples of entries below `seq`, so that the journal can be trimmed up to there. */
  closeBelow(seq: number): void {
    for (const device of this.#devices.values()) {
      const { rows } = device;
      device.floorSeq = Math.max(device.floorSeq, seq - 1);
      let kept = rows.count;
      for (let row = rows.count - 1; row >= 0; row--)
        if (rows.seq(row) >= seq) rows.move(row, --kept);
        else closeRow(device, row, this.books);
      rows.drop(kept);
      device.blockChannel = -1;
      this.#change(device);
    }
  }

  // Places within an entry go on where the entry's last batch of this pipeline ended.
  #place(seq: number, batch: SampleBatch): number {
    const base = seq === this.#last.seq ? this.#last.rows : 0;
    this.#last = { seq, rows: base + batch.count };
    return base;
  }

  #pump(): void {
    for (;;) {
      const work = this.#work[0];
      if (work) {
        this.#touched.add(work.device);
        if (!this.#advance(work.device, work.silent)) return;
        this.#work.shift();
        continue;
      }
      const next = this.#backlog[0];
      if (!next) return;
      while (next.row < next.batch.count && this.#work.length === 0) this.#feedRow(next, next.row++);
      if (next.row === next.batch.count) this.#backlog.shift();
    }
  }

  #advance(device: Device, silent: boolean): boolean {
    const cutter = this.#cutter;
    return !cutter || device.specTag !== cutter.tag || cutter.windows.advance(device, silent);
  }

  #feedRow({ batch, seq, base, nowMs }: Backlog, row: number): void {
    const device = this.#take(batch, row, seq, base + row, nowMs);
    if (!device) return;
    if (!this.#advance(device, false)) this.#work.push({ device, silent: false });
    if (device.dirty) this.#touched.add(device);
  }

  // The device whose windows may have something to do now.
  #take(batch: SampleBatch, row: number, seq: number, place: number, nowMs: number): Device | undefined {
    if (batch.channelCount !== this.#options.width) {
      this.books.counters.skipped++; // journaled under another configuration: nobody knows which column is which
      return undefined;
    }
    const id = batch.devices[batch.device[row]!]!;
    const timeUs = batch.timeUs[row]!;
    let device = this.#devices.get(id);
    if (!device) {
      if (this.#devices.size >= this.#options.maxDevices) return this.#reject('devices');
      device = createDevice(id, this.#options.width);
      device.specTag = this.#cutter?.tag ?? 0;
      this.#devices.set(id, device);
      this.#change(device);
    }
    if (timeUs < device.lateUs) {
      device.late++;
      return this.#rejectAt(device, 'late', seq, place, timeUs);
    }
    const repeated = this.#unseen(device, batch, row);
    if (repeated) return this.#reject(repeated);
    if (device.rows.count >= this.#options.maxOpenSamples && !this.#makeRoom(device, timeUs)) {
      device.maxUs = Math.max(device.maxUs, timeUs);
      this.#rejectAt(device, 'overflow', seq, place, timeUs);
      return device;
    }
    this.#insert(device, timeUs, seq, 0, nowMs);
    this.#observe(device, timeUs);
    return device;
  }

  #insert(device: Device, timeUs: number, seq: number, flags: number, nowMs: number): void {
    const { rows } = device;
    let at = rows.lowerBound(timeUs);
    while (at < rows.count && rows.timeUs(at) === timeUs) at++;
    rows.insert(at, timeUs, seq, flags, this.#values);
    this.books.span.add(seq);
    device.maxUs = Math.max(device.maxUs, timeUs);
    device.rejected.taken();
    // What a window waits for may have come: a value of that channel, or (rate: any) a tick in its midst.
    if (
      at < rows.count - 1 ||
      (device.blockChannel !== -1 && !Number.isNaN(this.#values[device.blockChannel]!))
    )
      device.blockChannel = -1;
    this.#silence.heard(device, nowMs);
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

  // While no release cuts windows the oldest samples give way to newer ones.
  #makeRoom(device: Device, timeUs: number): boolean {
    const { rows } = device;
    if (this.#cutter && device.specTag === this.#cutter.tag) return false;
    const oldestUs = rows.timeUs(0);
    if (timeUs <= oldestUs) return false;
    device.nextUs = Math.max(device.nextUs, oldestUs + 1);
    device.lateUs = Math.max(device.lateUs, device.nextUs);
    closeOldest(device, rows.lowerBound(oldestUs + 1), this.books);
    this.#touched.add(device);
    return true;
  }

  #observe(device: Device, timeUs: number): void {
    const { onSample } = this.#options;
    if (!onSample) return;
    for (let c = 0; c < this.#values.length; c++)
      if (!Number.isNaN(this.#values[c]!)) onSample(device.id, c, this.#values[c]!, timeUs);
  }

  #reject(reason: FeedReason): undefined {
    const { rejected } = this.books.counters;
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  }

  #rejectAt(device: Device, reason: FeedReason, seq: number, place: number, timeUs: number): undefined {
    if (timeUs >= device.nextUs) device.rejected.add(seq, place, timeUs);
    this.#change(device);
    this.#reject(reason);
  }

  #change(device: Device): void {
    device.dirty = true;
    this.#touched.add(device);
  }

  #putBack(device: Device, batch: SampleBatch, row: number, seq: number, nowMs: number): void {
    const timeUs = batch.timeUs[row]!;
    if (batch.channelCount !== this.#options.width) {
      if (timeUs >= device.nextUs) this.books.counters.skipped++;
      return;
    }
    if (this.#unseen(device, batch, row)) return;
    const flags = timeUs < device.nextUs ? this.#leftAt(device, timeUs) : 0;
    if (flags !== undefined) this.#insert(device, timeUs, seq, flags, nowMs);
  }

  // Leaves of a row before the next window only the channels whose left neighbour it is; undefined where it is none's.
  #leftAt(device: Device, timeUs: number): number | undefined {
    const lefts = this.#lefts.get(device)?.filter((left) => left.timeUs === timeUs) ?? [];
    let flags: number | undefined;
    for (let c = 0; c < this.#values.length; c++) {
      const left = Number.isNaN(this.#values[c]!) ? undefined : lefts.find((l) => l.channel === c);
      if (left) flags = left.flags;
      else this.#values[c] = Number.NaN;
    }
    return flags;
  }

  /** After a restore, and after another release: devices that another specification cut start anew. */
  #settle(nowMs: number): void {
    const cutter = this.#cutter;
    if (!this.#unsettled || !cutter) return;
    this.#unsettled = false;
    this.#lefts.clear();
    for (const device of this.#devices.values()) {
      if (device.specTag !== cutter.tag) {
        if (device.specTag !== 0) this.#restart(device);
        device.specTag = cutter.tag;
        this.#change(device);
      }
      if (device.rows.count === 0) continue;
      this.#silence.heard(device, nowMs);
      this.#work.push({ device, silent: false });
    }
  }

  #restart(device: Device): void {
    closeOldest(device, device.rows.count, this.books);
    device.rejected.clear();
    device.nextTick = Number.NaN;
    for (const key of ['nextUs', 'lateUs', 'usedToUs', 'gapToUs'] as const)
      device[key] = Number.NEGATIVE_INFINITY;
    device.floorSeq = Math.max(device.floorSeq, this.#last.seq);
    device.blockChannel = -1;
  }
}
