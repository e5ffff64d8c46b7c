/** Rows and alerts into blocks of bounded size, and back. */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decodeResults, encodeResults, type ResultRow } from '@skerry/proto/results';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';

/** How columns are compressed; `decompress` throws on a codec that it doesn't have. */
export interface Compression {
  compress(columns: Uint8Array): { codec: number; bytes: Uint8Array };
  decompress(codec: number, bytes: Uint8Array): Uint8Array;
}

/** For those who have no compression: columns as they are. */
export const NO_COMPRESSION: Compression = {
  compress: (bytes) => ({ codec: v1.Codec.CODEC_NONE, bytes }),
  decompress(codec, bytes) {
    if (codec === v1.Codec.CODEC_NONE) return bytes;
    throw new SkerryError('unsupported', `columns are compressed with codec ${codec}, which is not there`);
  },
};

/** A block before it has a number. */
export interface Packed {
  kind: number;
  codec: number;
  columns: Uint8Array;
  count: number;
  normal: boolean;
  priority: number;
  decisions: Record<string, number>;
}

export interface PackLimits {
  maxRecords: number;
  /** Largest columns of a block; a block of one record may be larger. */
  maxBytes: number;
}

/** Packs rows of one priority, in their order, into as few blocks as the limits allow. */
export function packRows(
  rows: readonly ResultRow[],
  kind: { normal: boolean; priority: number },
  limits: PackLimits,
  compression: Compression,
): Packed[] {
  return pack(rows, limits, encodeResults, (columns, part) => {
    const decisions: Record<string, number> = {};
    for (const row of part) decisions[row.decision] = (decisions[row.decision] ?? 0) + 1;
    return {
      kind: v1.BlockKind.BLOCK_KIND_RESULTS,
      ...smaller(columns, compression),
      count: part.length,
      ...kind,
      decisions,
    };
  });
}

/** Packs alert records of one priority, in their order, into as few blocks as the limits allow. */
export function packAlerts(
  alerts: readonly skerry.v1.IAlertRecord[],
  priority: number,
  limits: PackLimits,
  compression: Compression,
): Packed[] {
  const encodeAlerts = (part: readonly skerry.v1.IAlertRecord[]) =>
    encode(v1.AlertList, { alerts: [...part] });
  return pack(alerts, limits, encodeAlerts, (columns, part) => ({
    kind: v1.BlockKind.BLOCK_KIND_ALERTS,
    ...smaller(columns, compression),
    count: part.length,
    normal: false,
    priority,
    decisions: {},
  }));
}

function pack<T>(
  records: readonly T[],
  limits: PackLimits,
  encodeAll: (part: readonly T[]) => Uint8Array,
  finish: (columns: Uint8Array, part: readonly T[]) => Packed,
): Packed[] {
  const packed: Packed[] = [];
  const add = (part: readonly T[]): void => {
    const columns = encodeAll(part);
    if (columns.length > limits.maxBytes && part.length > 1) {
      add(part.slice(0, part.length >> 1));
      add(part.slice(part.length >> 1));
    } else packed.push(finish(columns, part));
  };
  for (let i = 0; i < records.length; i += limits.maxRecords) add(records.slice(i, i + limits.maxRecords));
  return packed;
}

/** Columns compressed where that makes them smaller. */
export function smaller(
  columns: Uint8Array,
  compression: Compression,
): { codec: number; columns: Uint8Array } {
  const { codec, bytes } = compression.compress(columns);
  return bytes.length < columns.length ? { codec, columns: bytes } : { codec: v1.Codec.CODEC_NONE, columns };
}

/** Parts records by their pipelines' priorities, lowest first; the order within a part is theirs. */
export function partByPriority<T extends { pipeline?: string | null }>(
  records: readonly T[],
  priorityOf: (pipeline: string) => number,
): { priority: number; records: T[] }[] {
  const parts = new Map<number, T[]>();
  for (const record of records) {
    const priority = priorityOf(record.pipeline ?? '');
    const part = parts.get(priority);
    if (part) part.push(record);
    else parts.set(priority, [record]);
  }
  return [...parts].sort(([a], [b]) => a - b).map(([priority, part]) => ({ priority, records: part }));
}

/**
 * Parts rows into those of streams (pipeline, device, release) with nothing but normal decisions, and the rest. A
 * stream stays in one part, in order: the server tells a repeated result by its stream's latest window.
 */
export function partByNormal(rows: readonly ResultRow[]): { normal: ResultRow[]; other: ResultRow[] } {
  const stream = (row: ResultRow): string => `${row.pipeline}\n${row.releaseDigest}\n${row.device}`;
  const eventful = new Set<string>();
  for (const row of rows) if (row.decision !== 'normal') eventful.add(stream(row));
  const parts: { normal: ResultRow[]; other: ResultRow[] } = { normal: [], other: [] };
  for (const row of rows) (eventful.has(stream(row)) ? parts.other : parts.normal).push(row);
  return parts;
}

/** The rows of a results block. Throws SkerryError `corrupt` where they can't be read. */
export function unpackRows(
  block: { codec: number; columns: Uint8Array },
  compression: Compression,
): ResultRow[] {
  try {
    return decodeResults(compression.decompress(block.codec, block.columns));
  } catch (error) {
    throw new SkerryError('corrupt', `results block: ${messageOf(error)}`, { cause: error });
  }
}

/** The alert records of an alerts block. Throws SkerryError `corrupt` where they can't be read. */
export function unpackAlerts(
  block: { codec: number; columns: Uint8Array },
  compression: Compression,
): skerry.v1.IAlertRecord[] {
  try {
    return decode(v1.AlertList, compression.decompress(block.codec, block.columns)).alerts;
  } catch (error) {
    throw new SkerryError('corrupt', `alerts block: ${messageOf(error)}`, { cause: error });
  }
}
