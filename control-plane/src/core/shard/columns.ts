import { messageOf } from '@skerry/proto/errors';
import { decodeResults, type ResultRow } from '@skerry/proto/results';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import type { ShardContext } from './context.ts';

const MAX_INFLATED_BYTES = 32 * 1024 * 1024;
/** Agents put 500 rows into a block. */
const MAX_ROWS = 20_000;
const MAX_OUTPUTS = 64;
const MAX_CHANNELS = 1_024;
const MAX_MESSAGE_LENGTH = 4_096;

export type BlockKind = 'results' | 'alerts' | 'summary' | 'tombstone';

/** What a block's columns hold; `bad` where they can't be read, with the reason. */
export type ReadColumns =
  | { kind: 'results'; rows: ResultRow[] }
  | { kind: 'alerts'; alerts: skerry.v1.IAlertRecord[] }
  | { kind: 'range' }
  | { kind: 'bad'; why: string };

/** Reads a block's columns. Never throws: what can't be read is an answer of its own. */
export function readColumns(
  context: ShardContext,
  block: { kind: BlockKind; codec: string; columns: Uint8Array; count: number },
): ReadColumns {
  try {
    const bytes = inflateBlock(context, block.codec, block.columns);
    switch (block.kind) {
      case 'results': {
        if (!isModest(bytes)) return { kind: 'bad', why: 'too many rows or outputs' };
        const rows = decodeResults(bytes);
        if (rows.length !== block.count) return { kind: 'bad', why: 'count' };
        return rows.every(isSane) ? { kind: 'results', rows } : { kind: 'bad', why: 'values' };
      }
      case 'alerts': {
        const { alerts } = decode(v1.AlertList, bytes);
        if (alerts.length !== block.count) return { kind: 'bad', why: 'count' };
        return alerts.every(isSaneAlert) ? { kind: 'alerts', alerts } : { kind: 'bad', why: 'values' };
      }
      case 'summary':
        decode(v1.SummaryList, bytes);
        return { kind: 'range' };
      case 'tombstone':
        decode(v1.Tombstone, bytes);
        return { kind: 'range' };
    }
  } catch (error) {
    return { kind: 'bad', why: messageOf(error).slice(0, 200) };
  }
}

// A megabyte of columns may stand for more rows than there is memory: the columns are counted before rows are made.
function isModest(bytes: Uint8Array): boolean {
  const { fromDeltaUs, outputs } = decode(v1.ResultColumns, bytes);
  return fromDeltaUs.length <= MAX_ROWS && outputs.length <= MAX_OUTPUTS;
}

function isSaneAlert(alert: skerry.v1.IAlertRecord): boolean {
  const names = [alert.episode, alert.pipeline, alert.device, alert.kind, alert.release, alert.output];
  return (
    names.every((name) => (name ?? '').length <= 256) &&
    (alert.message ?? '').length <= MAX_MESSAGE_LENGTH &&
    (alert.attribution ?? []).length <= MAX_CHANNELS &&
    (alert.attribution ?? []).every(({ channel }) => (channel ?? '').length <= 256) &&
    [alert.fromUs, alert.toUs, alert.wallMs].every((time) => Number.isSafeInteger(Number(time ?? 0)))
  );
}

function isSane(row: ResultRow): boolean {
  return (
    Number.isSafeInteger(row.fromUs) &&
    Number.isSafeInteger(row.toUs) &&
    row.toUs >= row.fromUs &&
    Number.isSafeInteger(row.producedMs * 1_000) &&
    [row.pipeline, row.device, row.release, row.releaseDigest].every((s) => s.length > 0 && s.length <= 256)
  );
}

/** A block's columns as they were before compression. Throws on damage. */
export function inflateBlock(context: ShardContext, codec: string, bytes: Uint8Array): Uint8Array {
  return codec === 'gzip' || codec === 'zstd' ? context.inflate(codec, bytes, MAX_INFLATED_BYTES) : bytes;
}
