/**
 * A block or range record as it lies in the store: a header of its own checksum, then the columns byte for byte as
 * sync sends them. Little endian; FORMAT.md has the table and a worked example.
 */
import { crc32c } from '@skerry/proto/crc32c';
import { SkerryError } from '@skerry/proto/errors';
import { v1 } from '@skerry/proto/wire';

/** A block of priority 0 is of version 1, which knows no other. */
const VERSION = 1;
const VERSION_WITH_PRIORITY = 2;
const FIXED_BYTES = 72;
const PRIORITY_BYTES = 4;
const RUN_BYTES = 12;
const NORMAL_FLAG = 1;
const DECISIONS = ['normal', 'pending', 'alert', 'error'] as const;

/** How many sequence numbers in a row stand for how many records together. */
export interface Run {
  seqs: number;
  records: number;
}

export interface StoredHeader {
  seq: number;
  /** Equals `seq` except in a range record. */
  seqLast: number;
  kind: number;
  codec: number;
  /** Records inside, or records that a range record stands for. */
  count: number;
  /** Records of the lane produced before the first of these; a hole's size is the difference of its neighbours'. */
  before: number;
  /** Powered-on age of the outbox, in milliseconds, when the block was committed. */
  bornMs: number;
  /** Holds only results that were decided `normal`: the first to be made coarser. */
  normal: boolean;
  /** Of the pipelines that the records are of, when they were produced: the lowest gives way first. */
  priority: number;
  /** Records by decision; all 0 where there are none to count. */
  decisions: Readonly<Record<string, number>>;
  /** In a range record: how its records spread over its sequence numbers. */
  runs: readonly Run[];
}

export interface StoredBlock extends StoredHeader {
  columns: Uint8Array;
}

/** The bytes of a block under its key. */
export function encodeStored(block: StoredBlock): Uint8Array {
  const fixedBytes = FIXED_BYTES + (block.priority === 0 ? 0 : PRIORITY_BYTES);
  const headerBytes = fixedBytes + RUN_BYTES * block.runs.length;
  const out = new Uint8Array(headerBytes + block.columns.length);
  const view = new DataView(out.buffer);
  view.setUint8(4, block.priority === 0 ? VERSION : VERSION_WITH_PRIORITY);
  if (block.priority !== 0) view.setInt32(FIXED_BYTES, block.priority, true);
  view.setUint8(5, block.kind);
  view.setUint8(6, block.codec);
  view.setUint8(7, block.normal ? NORMAL_FLAG : 0);
  view.setUint32(8, crc32c(block.columns), true);
  view.setFloat64(12, block.seq, true);
  view.setFloat64(20, block.seqLast, true);
  view.setFloat64(28, block.before, true);
  view.setFloat64(36, block.count, true);
  view.setFloat64(44, block.bornMs, true);
  DECISIONS.forEach((name, i) => {
    view.setUint32(52 + 4 * i, block.decisions[name] ?? 0, true);
  });
  view.setUint32(68, block.runs.length, true);
  block.runs.forEach((run, i) => {
    view.setUint32(fixedBytes + RUN_BYTES * i, run.seqs, true);
    view.setFloat64(fixedBytes + RUN_BYTES * i + 4, run.records, true);
  });
  view.setUint32(0, crc32c(out.subarray(4, headerBytes)), true);
  out.set(block.columns, headerBytes);
  return out;
}

/** Reads a stored block; `columns` is a view of `value`. Throws SkerryError `corrupt` where a checksum doesn't hold. */
export function decodeStored(value: Uint8Array): StoredBlock {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < FIXED_BYTES) throw new SkerryError('corrupt', 'stored block: shorter than its header');
  const version = view.getUint8(4);
  const runCount = view.getUint32(68, true);
  const fixedBytes = FIXED_BYTES + (version === VERSION ? 0 : PRIORITY_BYTES);
  const headerBytes = fixedBytes + RUN_BYTES * runCount;
  if (headerBytes > value.length || view.getUint32(0, true) !== crc32c(value.subarray(4, headerBytes)))
    throw new SkerryError('corrupt', 'stored block: the checksum of its header does not hold');
  if (version !== VERSION && version !== VERSION_WITH_PRIORITY)
    throw new SkerryError('corrupt', `stored block: version ${version} is not known here`);
  const columns = value.subarray(headerBytes);
  if (view.getUint32(8, true) !== crc32c(columns))
    throw new SkerryError('corrupt', 'stored block: the checksum of its columns does not hold');
  const decisions: Record<string, number> = {};
  DECISIONS.forEach((name, i) => {
    const n = view.getUint32(52 + 4 * i, true);
    if (n > 0) decisions[name] = n;
  });
  return {
    seq: view.getFloat64(12, true),
    seqLast: view.getFloat64(20, true),
    kind: view.getUint8(5),
    codec: view.getUint8(6),
    count: view.getFloat64(36, true),
    before: view.getFloat64(28, true),
    bornMs: view.getFloat64(44, true),
    normal: (view.getUint8(7) & NORMAL_FLAG) !== 0,
    priority: version === VERSION ? 0 : view.getInt32(FIXED_BYTES, true),
    decisions,
    runs: Array.from({ length: runCount }, (_, i) => ({
      seqs: view.getUint32(fixedBytes + RUN_BYTES * i, true),
      records: view.getFloat64(fixedBytes + RUN_BYTES * i + 4, true),
    })),
    columns,
  };
}

/** Whether a kind stands for records that are no longer there. */
export function isRange(kind: number): boolean {
  return kind === v1.BlockKind.BLOCK_KIND_SUMMARY || kind === v1.BlockKind.BLOCK_KIND_TOMBSTONE;
}
