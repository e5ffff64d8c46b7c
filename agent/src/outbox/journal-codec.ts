/**
 * A journal entry: the accepted samples of one group commit, in columns. Little endian.
 *
 *     u32 CRC-32C over everything behind it
 *     u8  version (1)      u16 batches
 *     a batch: u8 length + pipeline · u16 channels · u32 rows · u32 devices · devices: u16 length + UTF-8
 *              u8 width of a device index (1, 2, 4) · indices
 *              u8 width of a time (4: first time as f64, then i32 differences; 8: f64 each) · times in µs
 *              values: f64, rows × channels, NaN where the message had none
 *
 * One row of one channel of device `p1`, pipeline `a`: 7 + 2 + 10 + 4 + 2 + 9 + 8 = 42 bytes (header; pipeline; channels,
 * rows, devices; device; index; time; value).
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { SampleBatch } from '../pipeline/types.ts';

const VERSION = 1;

/** Encodes the batches of one group commit, in order. */
export function encodeJournal(batches: readonly SampleBatch[]): Uint8Array {
  const plans = batches.map(planOf);
  const out = new Uint8Array(plans.reduce((sum, plan) => sum + plan.sizeBytes, 7));
  const view = new DataView(out.buffer);
  view.setUint8(4, VERSION);
  view.setUint16(5, batches.length, true);
  let at = 7;
  batches.forEach((batch, i) => {
    at = writeBatch(out, view, at, batch, plans[i]!);
  });
  view.setUint32(0, crc32c(out.subarray(4)), true);
  return out;
}

interface Plan {
  pipeline: Uint8Array;
  devices: Uint8Array[];
  indexWidth: 1 | 2 | 4;
  timeWidth: 4 | 8;
  sizeBytes: number;
}

function planOf(batch: SampleBatch): Plan {
  const pipeline = utf8(batch.pipeline);
  const devices = batch.devices.map(utf8);
  const indexWidth = devices.length <= 0x100 ? 1 : devices.length <= 0x10000 ? 2 : 4;
  const timeWidth = smallSteps(batch) ? 4 : 8;
  const sizeBytes =
    1 +
    pipeline.length +
    2 +
    4 +
    4 +
    devices.reduce((sum, device) => sum + 2 + device.length, 0) +
    1 +
    batch.count * indexWidth +
    1 +
    (timeWidth === 8 ? 8 * batch.count : batch.count === 0 ? 0 : 8 + 4 * (batch.count - 1)) +
    8 * batch.count * batch.channelCount;
  return { pipeline, devices, indexWidth, timeWidth, sizeBytes };
}

function smallSteps(batch: SampleBatch): boolean {
  for (let i = 1; i < batch.count; i++) {
    const step = batch.timeUs[i]! - batch.timeUs[i - 1]!;
    if (step !== (step | 0)) return false;
  }
  return true;
}

function writeBatch(out: Uint8Array, view: DataView, start: number, batch: SampleBatch, plan: Plan): number {
  let at = start;
  view.setUint8(at, plan.pipeline.length);
  out.set(plan.pipeline, at + 1);
  at += 1 + plan.pipeline.length;
  view.setUint16(at, batch.channelCount, true);
  view.setUint32(at + 2, batch.count, true);
  view.setUint32(at + 6, plan.devices.length, true);
  at += 10;
  for (const device of plan.devices) {
    view.setUint16(at, device.length, true);
    out.set(device, at + 2);
    at += 2 + device.length;
  }
  view.setUint8(at++, plan.indexWidth);
  for (let i = 0; i < batch.count; i++, at += plan.indexWidth) {
    if (plan.indexWidth === 1) view.setUint8(at, batch.device[i]!);
    else if (plan.indexWidth === 2) view.setUint16(at, batch.device[i]!, true);
    else view.setUint32(at, batch.device[i]!, true);
  }
  view.setUint8(at++, plan.timeWidth);
  for (let i = 0; i < batch.count; i++) {
    if (i === 0 || plan.timeWidth === 8) {
      view.setFloat64(at, batch.timeUs[i]!, true);
      at += 8;
    } else {
      view.setInt32(at, batch.timeUs[i]! - batch.timeUs[i - 1]!, true);
      at += 4;
    }
  }
  for (let i = 0; i < batch.count * batch.channelCount; i++, at += 8)
    view.setFloat64(at, batch.values[i]!, true);
  return at;
}

/** Decodes a journal entry. Throws SkerryError `corrupt` on bytes that encodeJournal didn't write. */
export function decodeJournal(bytes: Uint8Array): SampleBatch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== crc32c(bytes.subarray(4)))
    throw new SkerryError('corrupt', 'journal entry: its checksum does not hold');
  if (view.getUint8(4) !== VERSION)
    throw new SkerryError('corrupt', `journal entry: version ${view.getUint8(4)} is not known here`, {
      hint: 'run the version of the agent that wrote it',
    });
  const reader = { bytes, view, at: 7 };
  try {
    return Array.from({ length: view.getUint16(5, true) }, () => readBatch(reader));
  } catch (error) {
    throw new SkerryError('corrupt', `journal entry: ${messageOf(error)}`, { cause: error });
  }
}

interface Reader {
  bytes: Uint8Array;
  view: DataView;
  at: number;
}

function readText(reader: Reader, lengthBytes: 1 | 2): string {
  const { view } = reader;
  const length = lengthBytes === 1 ? view.getUint8(reader.at) : view.getUint16(reader.at, true);
  const start = reader.at + lengthBytes;
  if (start + length > reader.bytes.length) throw new RangeError('ends inside a name');
  reader.at = start + length;
  return fromUtf8(reader.bytes.subarray(start, reader.at));
}

function readBatch(reader: Reader): SampleBatch {
  const { view } = reader;
  const pipeline = readText(reader, 1);
  const channelCount = view.getUint16(reader.at, true);
  const count = view.getUint32(reader.at + 2, true);
  const deviceCount = view.getUint32(reader.at + 6, true);
  reader.at += 10;
  if (count * (1 + 8 * channelCount) + deviceCount * 2 > reader.bytes.length)
    throw new RangeError('says more rows than it holds');
  const devices = Array.from({ length: deviceCount }, () => readText(reader, 2));
  const device = readIndices(reader, count, deviceCount);
  const timeUs = readTimes(reader, count);
  const values = new Float64Array(count * channelCount);
  for (let i = 0; i < values.length; i++, reader.at += 8) values[i] = view.getFloat64(reader.at, true);
  return { pipeline, channelCount, count, devices, device, timeUs, values };
}

function readIndices(reader: Reader, count: number, deviceCount: number): Uint32Array {
  const { view } = reader;
  const width = view.getUint8(reader.at++);
  const device = new Uint32Array(count);
  for (let i = 0; i < count; i++, reader.at += width) {
    device[i] =
      width === 1
        ? view.getUint8(reader.at)
        : width === 2
          ? view.getUint16(reader.at, true)
          : view.getUint32(reader.at, true);
    if (device[i]! >= deviceCount) throw new RangeError('a row names no device');
  }
  return device;
}

function readTimes(reader: Reader, count: number): Float64Array {
  const { view } = reader;
  const width = view.getUint8(reader.at++);
  const timeUs = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if (i === 0 || width === 8) {
      timeUs[i] = view.getFloat64(reader.at, true);
      reader.at += 8;
    } else {
      timeUs[i] = timeUs[i - 1]! + view.getInt32(reader.at, true);
      reader.at += 4;
    }
  }
  return timeUs;
}
