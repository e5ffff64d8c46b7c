/** What is known of a quantized model, for machines (JSON) and for people (lines). */
import { formatBytes } from '@skerry/proto/units';
import type { Agreement } from '../evaluate/variants.ts';
import type { Latency } from './latency.ts';
import type { LayerReport } from './layers.ts';

export interface QuantizationSettings {
  mode: 'static' | 'dynamic';
  /** Of static quantization. */
  method?: 'minmax' | 'percentile' | 'entropy';
  widen?: number;
  activations?: 'int8' | 'uint8';
  perChannel: boolean;
  reduceRange: boolean;
  /** Whether int8 products of the full range saturate on the machine that quantized. */
  saturatesHere: boolean;
}

export interface QuantizationReport {
  /** Where the int8 model was written. */
  file: string;
  source: string;
  /** Layers in int8. */
  nodes: number;
  settings: QuantizationSettings;
  sizeBytes: { fp32: number; int8: number };
  latency: Latency[];
  /** What `agreement` counts as a window: a window, or each number where the data are tensors of unknown meaning. */
  unit: 'window' | 'number';
  agreement: Agreement;
  /** As in `agreement`. */
  spearman: number;
  sqnrDb: number;
  /** Of scores: what healthy windows reach at most, and the release's threshold where it has one. */
  highestHealthyScore?: { fp32: number; int8: number };
  threshold?: number;
  /** What the int8 score was multiplied by so that the threshold means the same; 1 where it was left alone. */
  thresholdFactor: number;
  layers: LayerReport[];
  /** Operators of the graphs as ONNX Runtime runs them here, and how often: what really became int8. */
  kernels: { fp32: Record<string, number>; int8: Record<string, number> };
  /** What the user should know or do, a sentence each. */
  notes: string[];
}

/** The report as lines. */
export function reportLines(report: QuantizationReport): string[] {
  const { sizeBytes, agreement: a, settings, thresholdFactor } = report;
  const lines = [
    `${report.file}: ${report.nodes} of ${report.layers.length} layers in int8, ${settingsText(settings)}`,
    `size      ${formatBytes(sizeBytes.fp32)} -> ${formatBytes(sizeBytes.int8)} (${(sizeBytes.fp32 / sizeBytes.int8).toFixed(2)} times smaller)`,
    ...report.latency.map(
      (l) =>
        `latency   ${report.unit === 'number' ? 'a run' : counted(l.windows, 'window')}: ${l.fp32Us.toFixed(1)} -> ${l.int8Us.toFixed(1)} us (ratio ${l.ratio.toFixed(2)}${l.ratio > 1 ? ', slower' : ''})`,
    ),
    `agreement ${counted(a.windows, report.unit)}: Spearman ${a.spearman.toFixed(4)}, SQNR ${decibels(a.sqnrDb)}, difference mean ${a.meanDifference.toPrecision(3)} max ${a.maxDifference.toPrecision(3)}`,
  ];
  if (a.auc) lines.push(`auc       ${a.auc.fp32.toFixed(4)} -> ${a.auc.int8.toFixed(4)}`);
  if (a.accuracy) lines.push(`accuracy  ${a.accuracy.fp32.toFixed(4)} -> ${a.accuracy.int8.toFixed(4)}`);
  if (a.flips !== undefined)
    lines.push(`classes   ${(100 * a.flips).toFixed(2)} % of the windows get another one`);
  if (thresholdFactor !== 1)
    lines.push(`threshold fitted again: int8 scores are multiplied by ${thresholdFactor.toPrecision(4)}`);
  const float = report.layers.filter((l) => !l.int8);
  if (float.length > 0) lines.push(`in float  ${float.map((l) => l.name).join(', ')}`);
  lines.push(`kernels   ${kernelText(report.kernels.int8)}`);
  if (a.accepted)
    lines.push('accepted  Spearman at least .98; AUC and accuracy within .01, as far as labels tell');
  lines.push(...report.notes.map((note) => `note      ${note}`));
  return lines;
}

function settingsText(s: QuantizationSettings): string {
  const parts = [
    s.mode === 'dynamic' ? 'dynamic' : `static, ${s.method}, ranges times ${s.widen}, ${s.activations}`,
  ];
  parts.push(s.perChannel ? 'a scale for each output' : 'a scale for each weight');
  if (s.reduceRange) parts.push('weights of reduced range');
  return parts.join(', ');
}

function kernelText(kernels: Readonly<Record<string, number>>): string {
  return Object.entries(kernels)
    .map(([op, count]) => (count === 1 ? op : `${count} ${op}`))
    .join(', ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function decibels(db: number): string {
  return Number.isFinite(db) ? `${db.toFixed(1)} dB` : 'without noise';
}
