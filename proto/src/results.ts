/**
 * Result rows ↔ the columns of a block (results.proto). A row is what interfaces call "a result"; the column form is
 * what the outbox stores and sync carries: strings in a dictionary, times as deltas, floats packed.
 */

import { toHex } from './bytes.ts';
import type { Crypto } from './crypto.ts';
import { resultId } from './ids.ts';
import { isoFromUs } from './units.ts';
import { decode, encode, type skerry, v1 } from './wire.ts';

export type DecisionName = 'normal' | 'pending' | 'alert' | 'error';
const DECISIONS: readonly DecisionName[] = ['normal', 'pending', 'alert', 'error'];

/** One result. Outputs of width 1 are numbers, wider ones arrays. */
export interface ResultRow {
  pipeline: string;
  device: string;
  release: string;
  releaseDigest: string;
  variant: string;
  backend: string;
  fromUs: number;
  toUs: number;
  decision: DecisionName;
  outputs: Record<string, number | number[]>;
  attribution: { channel: string; share: number }[];
  quality: { missing: number; interpolated: number; late: number };
  /** First 16 bytes of SHA-256 over the model's input tensors. */
  inputDigest: Uint8Array;
  policy: number;
  inferUs: number;
  /** The agent's time when the result was committed, and how far that may be off; undefined where nothing says. */
  producedMs: number;
  uncertaintyMs?: number | undefined;
}

/** Encodes rows into the bytes of ResultColumns. */
export function encodeResults(rows: readonly ResultRow[]): Uint8Array {
  const strings = new Dictionary();
  const columns = {
    pipeline: [] as number[],
    device: [] as number[],
    release: [] as number[],
    releaseDigest: [] as number[],
    variant: [] as number[],
    backend: [] as number[],
    fromDeltaUs: [] as number[],
    lengthUs: [] as number[],
    decision: [] as number[],
    attributionCount: [] as number[],
    attributionChannel: [] as number[],
    attributionShare: [] as number[],
    missing: [] as number[],
    interpolated: [] as number[],
    late: [] as number[],
    policy: [] as number[],
    inferUs: [] as number[],
    producedDeltaMs: [] as number[],
  };
  const inputDigest = new Uint8Array(16 * rows.length);
  let [fromUs, producedMs] = [0, 0];
  rows.forEach((row, i) => {
    for (const key of ['pipeline', 'device', 'release', 'releaseDigest', 'variant', 'backend'] as const)
      columns[key].push(strings.index(row[key]));
    columns.fromDeltaUs.push(row.fromUs - fromUs);
    columns.lengthUs.push(row.toUs - row.fromUs);
    columns.decision.push(DECISIONS.indexOf(row.decision) + 1);
    columns.attributionCount.push(row.attribution.length);
    for (const { channel, share } of row.attribution) {
      columns.attributionChannel.push(strings.index(channel));
      columns.attributionShare.push(share);
    }
    columns.missing.push(row.quality.missing);
    columns.interpolated.push(row.quality.interpolated);
    columns.late.push(row.quality.late);
    columns.policy.push(row.policy);
    columns.inferUs.push(row.inferUs);
    columns.producedDeltaMs.push(row.producedMs - producedMs);
    inputDigest.set(row.inputDigest.subarray(0, 16), 16 * i);
    [fromUs, producedMs] = [row.fromUs, row.producedMs];
  });
  return encode(v1.ResultColumns, {
    ...columns,
    outputs: outputColumns(rows),
    uncertaintyMs: worstUncertaintyMs(rows),
    inputDigest,
    strings: strings.list,
  });
}

// One for all rows: they were produced together. Unknown where any is, so that 0 never passes for exact.
function worstUncertaintyMs(rows: readonly ResultRow[]): number {
  const all = rows.map((row) => Math.min(Math.ceil(row.uncertaintyMs ?? 0), 0xffff_ffff));
  return all.some((ms) => ms <= 0) ? 0 : all.reduce((worst, ms) => Math.max(worst, ms), 0);
}

function outputColumns(rows: readonly ResultRow[]): skerry.v1.IOutputColumn[] {
  const widths = new Map<string, number>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row.outputs))
      widths.set(name, Math.max(widths.get(name) ?? 1, typeof value === 'number' ? 1 : value.length));
  return [...widths].map(([name, width]) => {
    const values = new Array<number>(rows.length * width).fill(Number.NaN);
    rows.forEach((row, i) => {
      const value = row.outputs[name];
      if (typeof value === 'number') values[i * width] = value;
      else
        value?.forEach((v, j) => {
          values[i * width + j] = v;
        });
    });
    return { name, width, values };
  });
}

class Dictionary {
  readonly list: string[] = [];
  readonly #indices = new Map<string, number>();

  index(text: string): number {
    let index = this.#indices.get(text);
    if (index === undefined) {
      index = this.list.push(text) - 1;
      this.#indices.set(text, index);
    }
    return index;
  }
}

/** Decodes the bytes of ResultColumns. Throws on malformed bytes or columns of unequal length. */
export function decodeResults(bytes: Uint8Array): ResultRow[] {
  const c = decode(v1.ResultColumns, bytes);
  const n = c.fromDeltaUs.length;
  for (const column of [
    c.pipeline,
    c.device,
    c.release,
    c.releaseDigest,
    c.variant,
    c.backend,
    c.lengthUs,
    c.decision,
    c.attributionCount,
  ])
    if (column.length !== n) throw new RangeError('result columns of unequal length');
  if (c.inputDigest.length !== 16 * n) throw new RangeError('result columns of unequal length');
  const text = (index: number | undefined): string => {
    const value = c.strings[index ?? -1];
    if (value === undefined) throw new RangeError('result column points outside its dictionary');
    return value;
  };
  const rows: ResultRow[] = [];
  let [fromUs, producedMs, attributed] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    fromUs += c.fromDeltaUs[i]!;
    producedMs += c.producedDeltaMs[i] ?? 0;
    const attribution = Array.from({ length: c.attributionCount[i]! }, (_, j) => ({
      channel: text(c.attributionChannel[attributed + j]),
      share: c.attributionShare[attributed + j] ?? Number.NaN,
    }));
    attributed += attribution.length;
    rows.push({
      pipeline: text(c.pipeline[i]),
      device: text(c.device[i]),
      release: text(c.release[i]),
      releaseDigest: text(c.releaseDigest[i]),
      variant: text(c.variant[i]),
      backend: text(c.backend[i]),
      fromUs,
      toUs: fromUs + c.lengthUs[i]!,
      decision: DECISIONS[c.decision[i]! - 1] ?? 'error',
      outputs: outputsAt(c.outputs, i),
      attribution,
      quality: { missing: c.missing[i] ?? 0, interpolated: c.interpolated[i] ?? 0, late: c.late[i] ?? 0 },
      inputDigest: new Uint8Array(c.inputDigest.subarray(16 * i, 16 * (i + 1))),
      policy: c.policy[i] ?? 0,
      inferUs: c.inferUs[i] ?? 0,
      producedMs,
      ...(c.uncertaintyMs > 0 && { uncertaintyMs: c.uncertaintyMs }),
    });
  }
  return rows;
}

function outputsAt(
  columns: readonly skerry.v1.IOutputColumn[],
  row: number,
): Record<string, number | number[]> {
  const outputs: Record<string, number | number[]> = {};
  for (const column of columns) {
    const width = column.width || 1;
    const values = (column.values ?? []).slice(row * width, (row + 1) * width);
    if (values.length === 0 || values.every(Number.isNaN)) continue;
    outputs[column.name ?? ''] = width === 1 ? values[0]! : values;
  }
  return outputs;
}

/** A result as people and MQTT subscribers see it (interfaces: MQTT out). */
export function resultJson(crypto: Crypto, agent: string, row: ResultRow): Record<string, unknown> {
  return {
    id: resultId(crypto, { agent, ...row }),
    agent,
    device: row.device,
    pipeline: row.pipeline,
    release: row.release,
    variant: row.variant,
    backend: row.backend,
    from: isoFromUs(row.fromUs),
    to: isoFromUs(row.toUs),
    outputs: row.outputs,
    decision: row.decision,
    attribution: row.attribution,
    quality: row.quality,
    inputDigest: `sha256:${toHex(row.inputDigest)}`,
    policy: row.policy,
    inferUs: row.inferUs,
    produced: isoFromUs(row.producedMs * 1_000),
    ...(row.uncertaintyMs !== undefined && { uncertaintyMs: row.uncertaintyMs }),
  };
}
