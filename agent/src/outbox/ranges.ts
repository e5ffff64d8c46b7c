/** Makes the range record that takes the place of blocks: a summary of what they held, or a tombstone. */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import { isRange, type Run, type StoredBlock } from './block-codec.ts';
import { type Compression, smaller, unpackAlerts, unpackRows } from './blocks.ts';
import type { TombstoneReason } from './evict.ts';
import { levelOf } from './lane-index.ts';
import { addCounts } from './ledger.ts';
import { joinRuns } from './runs.ts';
import { type Summary, SummaryLines } from './summaries.ts';

/** A summary grows no larger than this. */
export const MAX_SUMMARY_BYTES: number = 128 * 1024;

const { BLOCK_KIND_RESULTS, BLOCK_KIND_ALERTS, BLOCK_KIND_SUMMARY, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;

/** The summary of neighbouring results blocks and summaries. Throws SkerryError `corrupt` where one can't be read. */
export function summaryOf(blocks: readonly StoredBlock[], compression: Compression): StoredBlock {
  const lines = new SummaryLines();
  for (const block of blocks)
    if (block.kind === BLOCK_KIND_SUMMARY)
      for (const line of summaryLines(block, compression)) lines.add(line);
    else for (const row of unpackRows(block, compression)) lines.addRow(row);
  const level = levelOf(blocks.reduce((sum, block) => sum + seqsOf(block), 0));
  const columns = encode(v1.SummaryList, { summaries: lines.list(), level });
  return { ...rangeOf(blocks, BLOCK_KIND_SUMMARY), ...smaller(columns, compression) };
}

function summaryLines(block: StoredBlock, compression: Compression): Summary[] {
  try {
    const columns = compression.decompress(block.codec, block.columns);
    return decode(v1.SummaryList, columns).summaries.map(lineOf);
  } catch (error) {
    throw new SkerryError('corrupt', `summary: ${messageOf(error)}`, { cause: error });
  }
}

/** The block under another number, `before` records of the lane behind. */
export function movedTo(block: StoredBlock, seq: number, before: number): StoredBlock {
  return { ...block, seq, seqLast: seq + seqsOf(block) - 1, before };
}

function seqsOf({ seq, seqLast }: StoredBlock): number {
  return seqLast - seq + 1;
}

/** The tombstone of neighbouring blocks and range records. What can't be read adds nothing to its time range. */
export function tombstoneOf(
  blocks: readonly StoredBlock[],
  reason: TombstoneReason,
  compression: Compression,
): StoredBlock {
  let [fromUs, toUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const block of blocks) {
    const span = spanOf(block, compression);
    if (!span) continue;
    fromUs = Math.min(fromUs, span.fromUs);
    toUs = Math.max(toUs, span.toUs);
  }
  const known = fromUs <= toUs ? { fromUs, toUs } : {};
  return { ...rangeOf(blocks, BLOCK_KIND_TOMBSTONE), columns: encode(v1.Tombstone, { reason, ...known }) };
}

/** The reason on a tombstone. */
export function tombstoneReason(block: StoredBlock): string {
  return decode(v1.Tombstone, block.columns).reason;
}

/** A tombstone for numbers of which nothing is left. */
export function holeTombstone(hole: {
  seq: number;
  seqLast: number;
  count: number;
  before: number;
  bornMs: number;
}): StoredBlock {
  return {
    ...hole,
    kind: BLOCK_KIND_TOMBSTONE,
    codec: v1.Codec.CODEC_NONE,
    normal: false,
    priority: 0,
    decisions: {},
    runs: [{ seqs: hole.seqLast - hole.seq + 1, records: hole.count }],
    columns: encode(v1.Tombstone, { reason: 'corrupt' }),
  };
}

/** Under the first one's number on; its columns are the caller's. */
function rangeOf(blocks: readonly StoredBlock[], kind: number): StoredBlock {
  const [first, last] = [blocks[0]!, blocks.at(-1)!];
  let runs: Run[] = [];
  for (const block of blocks)
    runs = joinRuns(runs, isRange(block.kind) ? block.runs : [{ seqs: 1, records: block.count }]);
  return {
    seq: first.seq,
    seqLast: first.seq + blocks.reduce((sum, block) => sum + seqsOf(block), 0) - 1,
    kind,
    codec: v1.Codec.CODEC_NONE,
    count: blocks.reduce((sum, block) => sum + block.count, 0),
    before: first.before,
    bornMs: last.bornMs,
    normal: blocks.every((block) => block.normal),
    priority: Math.max(...blocks.map((block) => block.priority)),
    decisions: blocks.reduce((sum, block) => addCounts(sum, block.decisions), {}),
    runs,
    columns: new Uint8Array(),
  };
}

function spanOf(block: StoredBlock, compression: Compression): { fromUs: number; toUs: number } | undefined {
  try {
    const spans = partsOf(block, compression);
    if (spans.length === 0) return undefined;
    return spans.reduce((a, b) => ({
      fromUs: Math.min(a.fromUs, b.fromUs),
      toUs: Math.max(a.toUs, b.toUs),
    }));
  } catch {
    // A tombstone says what it can; that these bytes can't be read is no reason to keep them.
    return undefined;
  }
}

function partsOf(block: StoredBlock, compression: Compression): { fromUs: number; toUs: number }[] {
  switch (block.kind) {
    case BLOCK_KIND_RESULTS:
      return unpackRows(block, compression);
    case BLOCK_KIND_ALERTS:
      return unpackAlerts(block, compression)
        .map((alert) => ({ fromUs: Number(alert.fromUs), toUs: Number(alert.toUs) }))
        .filter((span) => span.toUs > 0);
    case BLOCK_KIND_SUMMARY:
      return summaryLines(block, compression);
    default: {
      const { fromUs, toUs } = decode(v1.Tombstone, block.columns);
      return Number(toUs) > 0 ? [{ fromUs: Number(fromUs), toUs: Number(toUs) }] : [];
    }
  }
}

// Fields that are 0 are absent from the wire, and no own properties of a decoded message.
function lineOf(line: skerry.v1.ISummary): Summary {
  return {
    pipeline: line.pipeline ?? '',
    device: line.device ?? '',
    releaseDigest: line.releaseDigest ?? '',
    output: line.output ?? '',
    count: Number(line.count),
    min: line.min ?? 0,
    mean: line.mean ?? 0,
    max: line.max ?? 0,
    last: line.last ?? 0,
    fromUs: Number(line.fromUs),
    toUs: Number(line.toUs),
  };
}
