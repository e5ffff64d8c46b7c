/** What int8 brings the releases of the catalogue: their files' sizes, times as measured, accuracy as their builds measured it. */
import type { ReleaseManifest } from '@skerry/proto/release';
import { formatBytes } from '@skerry/proto/units';
import { readModel } from '../graph/reader.ts';
import type { Latency } from '../quantize/latency.ts';

/** What is asked of the newest version of every name. */
export const INT8_LINE = {
  timesSmaller: 3,
  ratio: 1,
  aucLoss: 0.01,
  errorRise: 0.02,
  spearman: 0.98,
} as const;

/** A figure that a build measured of both variants. */
export interface Quality {
  /** What is judged; empty for the release's only judgement. */
  of: string;
  /** An area under a curve, which should not fall, or an error, which should not rise. */
  kind: 'auc' | 'error';
  fp32: number;
  int8: number;
}

export interface Int8Figures {
  release: string;
  sizeBytes: { fp32: number; int8?: number };
  /** Of one window and of as many as an agent runs at once. */
  latency: Latency[];
  qualities: Quality[];
  /** Rank correlations of both variants' answers. */
  spearman: number[];
  /** Where there is no int8: how many times smaller it could be at most. */
  bound?: number;
}

/** The figures of a release from its files, and from times that were measured. */
export function int8Figures(
  { manifest, files }: { manifest: ReleaseManifest; files: ReadonlyMap<string, Uint8Array> },
  latency: Latency[],
): Int8Figures {
  const bytesOf = (precision: string): Uint8Array | undefined => {
    const variant = manifest.variants.find((v) => v.precision === precision);
    return variant && files.get(variant.file);
  };
  const [fp32, int8] = [bytesOf('fp32')!, bytesOf('int8')];
  return {
    release: `${manifest.name}@${manifest.version}`,
    sizeBytes: { fp32: fp32.length, ...(int8 && { int8: int8.length }) },
    latency,
    ...(int8 ? measuredOf(manifest.provenance.metrics ?? {}) : { qualities: [], spearman: [] }),
    ...(int8 ? {} : { bound: int8Bound(fp32) }),
  };
}

/** How many times smaller a graph is with every float32 constant in a quarter of its bytes, scales and all else for nothing. */
export function int8Bound(fp32: Uint8Array): number {
  const constants = readModel(fp32).graph.initializer ?? [];
  const floats = constants.filter((t) => t.dataType === FLOAT32).map((t) => t.rawData?.length ?? 0);
  return fp32.length / (fp32.length - 0.75 * floats.reduce((sum, bytes) => sum + bytes, 0));
}

// TensorProto.DataType.FLOAT
const FLOAT32 = 1;

function measuredOf(
  metrics: Readonly<Record<string, unknown>>,
  of = '',
): Pick<Int8Figures, 'qualities' | 'spearman'> {
  const qualities: Quality[] = [];
  const spearman: number[] = [];
  const number = (key: string): number | undefined =>
    typeof metrics[key] === 'number' ? metrics[key] : undefined;
  for (const [key, kind] of [
    ['auc', 'auc'],
    ['rmse', 'error'],
    ['rmseHours', 'error'],
  ] as const) {
    const [fp32, int8] = [number(`${key}Fp32`), number(key)];
    if (fp32 !== undefined && int8 !== undefined) qualities.push({ of, kind, fp32, int8 });
  }
  const rank = number('spearmanInt8');
  if (rank !== undefined) spearman.push(rank);
  for (const [name, inner] of Object.entries(metrics))
    if (typeof inner === 'object' && inner !== null) {
      const more = measuredOf(inner as Readonly<Record<string, unknown>>, name);
      qualities.push(...more.qualities);
      spearman.push(...more.spearman);
    }
  return { qualities, spearman };
}

/** Where a release misses the line, a sentence each; none where it holds. A graph that no int8 could make small enough holds. */
export function missesOf({ sizeBytes, latency, qualities, spearman, bound }: Int8Figures): string[] {
  const { fp32, int8 } = sizeBytes;
  if (int8 === undefined)
    return bound! < INT8_LINE.timesSmaller
      ? []
      : [`it has no int8, which could be ${bound!.toFixed(1)} times smaller`];
  const misses: string[] = [];
  if (fp32 / int8 < INT8_LINE.timesSmaller)
    misses.push(`int8 is only ${(fp32 / int8).toFixed(2)} times smaller`);
  if (latency.length === 0) misses.push('nobody has timed it');
  for (const { windows, ratio } of latency)
    if (ratio > INT8_LINE.ratio)
      misses.push(`int8 takes ${ratio.toFixed(2)} times as long for ${windows} windows`);
  if (qualities.length === 0 || spearman.length === 0) misses.push('nobody has said what int8 costs');
  for (const { kind, fp32: before, int8: after } of qualities)
    if (
      kind === 'auc'
        ? Math.abs(before - after) > INT8_LINE.aucLoss
        : after > (1 + INT8_LINE.errorRise) * before
    )
      misses.push(`${kind} ${before} became ${after}`);
  for (const rank of spearman)
    if (rank < INT8_LINE.spearman) misses.push(`its answers rank as float32's by ${rank} only`);
  return misses;
}

/** The table of README.md. */
export function int8Table(all: readonly Int8Figures[]): string {
  const rows = all.map((figures) => `| ${[`\`${figures.release}\``, ...cellsOf(figures)].join(' | ')} |`);
  return [
    '| release | float32 | int8 | times smaller | time of 1 window, 128 | float32 → int8 | Spearman |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function cellsOf({ sizeBytes, latency, qualities, spearman, bound }: Int8Figures): string[] {
  const { fp32, int8 } = sizeBytes;
  if (int8 === undefined)
    return [formatBytes(fp32), 'none', `${bound!.toFixed(2)} at most, so none is made`, '', '', ''];
  return [
    formatBytes(fp32),
    formatBytes(int8),
    (fp32 / int8).toFixed(2),
    latency.map(({ ratio }) => `${ratio.toFixed(2)} ×`).join(', '),
    qualities.map(qualityText).join('; '),
    spearman.map((rank) => rank.toFixed(4)).join('; '),
  ];
}

function qualityText({ of, kind, fp32, int8 }: Quality): string {
  return `${of && `${of} `}${kind === 'auc' ? 'AUC' : 'error'} ${fp32} → ${int8}`;
}
