/**
 * From journaled samples to windows: one place that knows every device of a pipeline. Samples enter in the order of
 * the journal; each is taken or rejected (admit.ts; as `devices` where the pipeline holds `maxDevices` others already),
 * and may let its device's windows close (window.ts). Without a release samples stay open until one comes.
 */
import { invariant } from '@skerry/proto/errors';
import { emptyCounters } from '../outbox/counters.ts';
import { Admission, type AdmissionOptions } from './admit.ts';
import type { ReadyWindows } from './batch.ts';
import { type Books, breakOff, closeOldest, closeRow, createDevice, type Device } from './device.ts';
import { decodeDevice, encodeDevice, type Left } from './device-state.ts';
import { JournalSpan } from './journal-span.ts';
import type { SampleColumns } from './samples.ts';
import { Silence } from './silence.ts';
import type { DeviceState, SampleBatch, SampleCounters, WindowBatch } from './types.ts';
import type { Windows } from './window.ts';

export interface FeedOptions extends AdmissionOptions {
  readonly maxDevices: number;
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
  readonly #admission: Admission;
  /** Devices whose windows wait for room, before anything else is fed. */
  #work: { device: Device; silent: boolean }[] = [];
  #backlog: Backlog[] = [];
  #cutter: Cutter | undefined;
  #unsettled = false;
  #last = { seq: -1, rows: 0 };

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#admission = new Admission(options, this.books);
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

  /** What the model of the release with this tag remembers of a device. */
  memoryOf(id: string, tag: number): Uint8Array | undefined {
    const memory = this.#devices.get(id)?.memory;
    return memory?.tag === tag ? memory.bytes : undefined;
  }

  /** Bytes that models remember of all devices. */
  rememberedBytes(): number {
    let bytes = 0;
    for (const { memory } of this.#devices.values()) bytes += memory?.bytes.length ?? 0;
    return bytes;
  }

  /** Cuts with another release's windows from the next feed or tick on; undefined cuts none. */
  use(cutter: Cutter | undefined): void {
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
      if (!device || seq <= device.floorSeq || device.rejected.has(seq, base + row)) continue;
      if (batch.channelCount !== this.#options.width) {
        if (batch.timeUs[row]! >= device.nextUs) this.books.counters.skipped++;
      } else if (this.#admission.putBack(device, this.#lefts.get(device) ?? [], batch, row, seq))
        this.#silence.heard(device, nowMs);
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

  /** Earliest time from which on every device's samples are new and none is late; -Infinity where there is no device. */
  freeUs(): number {
    let freeUs = Number.NEGATIVE_INFINITY;
    // Where silence closed a window that wasn't over, the next one begins behind the newest sample.
    for (const { maxUs, lateUs } of this.#devices.values()) freeUs = Math.max(freeUs, maxUs + 1, lateUs);
    return freeUs;
  }

  /**
   * Devices whose watermark stands on times beyond this one, which can't be right yet, start anew with their next sample:
   * what they hold open is closed, and what their windows have measured stays barred. Returns them; none while windows
   * are on their way.
   */
  startAnew(latestUs: number): string[] {
    const started: string[] = [];
    if (!this.drained) return started;
    for (const device of this.#devices.values()) {
      if (device.maxUs <= latestUs) continue;
      for (const { fromUs, toUs } of device.measured.list) device.barred.add(fromUs, toUs);
      device.measured.list.length = 0;
      device.maxUs = Number.NEGATIVE_INFINITY;
      this.#restart(device);
      breakOff(device.decisions);
      this.#change(device);
      started.push(device.id);
    }
    return started;
  }

  /** Adds the open samples of entries first..last to `kept`; from now on they stand in entry `last`. */
  carry(first: number, last: number, kept: SampleColumns): void {
    const values = new Float64Array(this.#options.width);
    for (const device of this.#devices.values()) {
      const { rows } = device;
      for (let row = 0; row < rows.count; row++) {
        const seq = rows.seq(row);
        if (seq < first || seq > last) continue;
        for (let c = 0; c < values.length; c++) values[c] = rows.value(row, c);
        kept.push(device.id, rows.timeUs(row), values);
        rows.setSeq(row, last);
      }
      if (device.rejected.settle(first, last)) this.#change(device);
    }
    this.books.span.move(first, last);
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

  #cuts(device: Device): boolean {
    return this.#cutter !== undefined && device.specTag === this.#cutter.tag;
  }

  #advance(device: Device, silent: boolean): boolean {
    return !this.#cutter || !this.#cuts(device) || this.#cutter.windows.advance(device, silent);
  }

  #feedRow({ batch, seq, base, nowMs }: Backlog, row: number): void {
    if (batch.channelCount !== this.#options.width) {
      this.books.counters.skipped++; // journaled under another configuration: nobody knows which column is which
      return;
    }
    const device = this.#deviceOf(batch.devices[batch.device[row]!]!);
    if (!device) {
      this.#admission.reject('devices');
      return;
    }
    const outcome = this.#admission.take(device, batch, row, seq, base + row, this.#cuts(device));
    if (outcome === 'taken') this.#silence.heard(device, nowMs);
    if (outcome === 'taken' || outcome === 'overflow')
      if (!this.#advance(device, false)) this.#work.push({ device, silent: false });
    if (device.dirty) this.#touched.add(device);
  }

  // The row's device, a new one where there is room for it.
  #deviceOf(id: string): Device | undefined {
    let device = this.#devices.get(id);
    if (device || this.#devices.size >= this.#options.maxDevices) return device;
    device = createDevice(id, this.#options.width);
    device.specTag = this.#cutter?.tag ?? 0;
    device.dirty = true;
    this.#devices.set(id, device);
    return device;
  }

  #change(device: Device): void {
    device.dirty = true;
    this.#touched.add(device);
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
    device.memory = undefined;
    device.nextTick = Number.NaN;
    for (const key of ['nextUs', 'lateUs', 'usedToUs', 'gapToUs'] as const)
      device[key] = Number.NEGATIVE_INFINITY;
    device.floorSeq = Math.max(device.floorSeq, this.#last.seq);
    device.blockChannel = -1;
  }
}
