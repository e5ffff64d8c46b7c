/**
 * What of a device must survive a restart, as bytes. Little endian; strings are u16 length + UTF-8, lists u32 count.
 *
 *     u8  version (2, or 3 where the model remembers something; a 1 has no spans)
 *     u32 window specification   u32 what decisions count   u32 late samples   f64 floor of the journal
 *     f64 next tick · next µs · late µs · greatest µs · used to µs · gap to µs
 *     list of left neighbours, the samples before the next window that it may still need:  u16 channel · f64 µs · u8 flags
 *     list of rejected runs:  f64 from entry · u32 from row · f64 to entry · u32 to row · f64 greatest µs
 *     list of u32 windows past the threshold, per judged output     list of u32 windows held, per rule
 *     u8  1 where an episode is open:  string id · string output · f64 updated µs · u32 windows below
 *     list of spans measured, list of spans barred (spans.ts):  f64 from µs · f64 to µs
 *     in version 3:  u32 which release's model remembers · list of its u8 (inference/states.ts)
 *
 * A device of a settled single-channel stream, one left neighbour, one judged output, no rule, one span:
 * 1 + 12 + 8 + 48 + (4 + 11) + 4 + (4 + 4) + 4 + 1 + (4 + 16) + 4 = 125 bytes. The samples themselves stay in the journal.
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { createDevice, type Device } from './device.ts';
import type { Span, Spans } from './spans.ts';

const VERSION = 2;
const VERSION_WITH_MEMORY = 3;

/** A left neighbour that a rebuild has to find again in the journal. */
export interface Left {
  channel: number;
  timeUs: number;
  flags: number;
}

/** The bytes of a device's state. */
export function encodeDevice(device: Device): Uint8Array {
  const out = new Writer();
  out.u8(device.memory ? VERSION_WITH_MEMORY : VERSION);
  out.u32(device.specTag);
  out.u32(device.decisions.tag);
  out.u32(device.late);
  out.f64(device.floorSeq);
  for (const value of [
    device.nextTick,
    device.nextUs,
    device.lateUs,
    device.maxUs,
    device.usedToUs,
    device.gapToUs,
  ])
    out.f64(value);
  out.list(leftNeighbours(device), (left) => {
    out.u16(left.channel);
    out.f64(left.timeUs);
    out.u8(left.flags);
  });
  out.list(device.rejected.list, (run) => {
    out.f64(run.fromSeq);
    out.u32(run.fromRow);
    out.f64(run.toSeq);
    out.u32(run.toRow);
    out.f64(run.maxUs);
  });
  out.list(device.decisions.past, (count) => out.u32(count));
  out.list(device.decisions.held, (count) => out.u32(count));
  const { episode } = device.decisions;
  out.u8(episode ? 1 : 0);
  if (episode) {
    out.text(episode.id);
    out.text(episode.output);
    out.f64(episode.updatedUs);
    out.u32(episode.below);
  }
  for (const spans of [device.measured, device.barred])
    out.list(spans.list, (span) => {
      out.f64(span.fromUs);
      out.f64(span.toUs);
    });
  if (device.memory) {
    out.u32(device.memory.tag);
    out.raw(device.memory.bytes);
  }
  return out.bytes();
}

// The latest kept row of each channel; every kept row is some channel's.
function leftNeighbours(device: Device): Left[] {
  const { rows } = device;
  const found: Left[] = [];
  for (let row = rows.lowerBound(device.nextUs) - 1; row >= 0; row--)
    for (let channel = 0; channel < rows.width; channel++)
      if (!Number.isNaN(rows.value(row, channel)) && !found.some((left) => left.channel === channel))
        found.push({ channel, timeUs: rows.timeUs(row), flags: rows.flags(row) });
  return found;
}

/** A device as it was, without its rows, and the left neighbours to look for. Throws SkerryError corrupt. */
export function decodeDevice(id: string, bytes: Uint8Array, width: number): { device: Device; left: Left[] } {
  const input = new Reader(id, bytes);
  const version = input.u8();
  if (![1, VERSION, VERSION_WITH_MEMORY].includes(version))
    throw new SkerryError('unsupported', `state of device ${id} has version ${version}, not ${VERSION}`, {
      hint: 'it was written by a newer agent: run that version',
    });
  const device = createDevice(id, width);
  device.specTag = input.u32();
  device.decisions.tag = input.u32();
  device.late = input.u32();
  device.floorSeq = input.f64();
  device.nextTick = input.f64();
  device.nextUs = input.f64();
  device.lateUs = input.f64();
  device.maxUs = input.f64();
  device.usedToUs = input.f64();
  device.gapToUs = input.f64();
  const left = input.list(() => ({ channel: input.u16(), timeUs: input.f64(), flags: input.u8() }));
  device.rejected.list.push(
    ...input.list(() => ({
      fromSeq: input.f64(),
      fromRow: input.u32(),
      toSeq: input.f64(),
      toRow: input.u32(),
      maxUs: input.f64(),
    })),
  );
  device.decisions.past = input.list(() => input.u32());
  device.decisions.held = input.list(() => input.u32());
  if (input.u8() === 1)
    device.decisions.episode = {
      id: input.text(),
      output: input.text(),
      updatedUs: input.f64(),
      below: input.u32(),
    };
  if (version === 1) barWhatWas(device);
  else for (const spans of [device.measured, device.barred]) spans.list.push(...readSpans(input));
  if (version === VERSION_WITH_MEMORY) device.memory = { tag: input.u32(), bytes: input.raw() };
  input.end();
  return { device, left };
}

function readSpans(input: Reader): Span[] {
  return input.list(() => ({ fromUs: input.f64(), toUs: input.f64() }));
}

// What an earlier version measured may be anywhere up to where the next window starts.
function barWhatWas({ measured, lateUs }: { measured: Spans; lateUs: number }): void {
  if (lateUs > 0) measured.add(0, lateUs);
}

class Writer {
  #view = new DataView(new ArrayBuffer(128));
  #at = 0;

  u8(value: number): void {
    this.#room(1).setUint8(this.#at++, value);
  }
  u16(value: number): void {
    this.#room(2).setUint16(this.#at, value, true);
    this.#at += 2;
  }
  u32(value: number): void {
    this.#room(4).setUint32(this.#at, value, true);
    this.#at += 4;
  }
  f64(value: number): void {
    this.#room(8).setFloat64(this.#at, value, true);
    this.#at += 8;
  }
  text(value: string): void {
    const bytes = utf8(value);
    this.u16(bytes.length);
    this.#room(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, this.#at);
    this.#at += bytes.length;
  }
  raw(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.#room(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, this.#at);
    this.#at += bytes.length;
  }
  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.u32(items.length);
    for (const item of items) write(item);
  }
  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.#at);
  }
  #room(bytes: number): DataView {
    if (this.#at + bytes > this.#view.byteLength) {
      const larger = new Uint8Array(2 * (this.#at + bytes));
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return this.#view;
  }
}

class Reader {
  readonly #id: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(id: string, bytes: Uint8Array) {
    this.#id = id;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }
  text(): string {
    const length = this.u16();
    const at = this.#take(length);
    return fromUtf8(this.#bytes.subarray(at, at + length));
  }
  raw(): Uint8Array {
    const length = this.u32();
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }
  list<T>(read: () => T): T[] {
    const count = this.u32();
    if (count > this.#bytes.length) throw this.#corrupt();
    return Array.from({ length: count }, read);
  }
  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#corrupt();
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw this.#corrupt();
    this.#at += bytes;
    return at;
  }

  #corrupt(): SkerryError {
    return new SkerryError(
      'corrupt',
      `state of device ${this.#id} isn't what was written (${this.#bytes.length} bytes)`,
    );
  }
}
