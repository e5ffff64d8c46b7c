/** From a float32 model to an int8 one and what is to be known of it, step by step. */
import type { Clock, InferenceBackend } from '@skerry/agent/ports';
import { sqnrDb } from '../evaluate/metrics.ts';
import { agreementOf } from '../evaluate/variants.ts';
import { encodeModel } from '../graph/builder.ts';
import type { Model } from '../graph/reader.ts';
import { compactModel } from './compact.ts';
import { type Latency, measureLatency } from './latency.ts';
import { costsAlone, excludeCostliest, excludedLayers, valueSqnr } from './layers.ts';
import type { Quantizer } from './quantizer.ts';
import type { QuantizationReport } from './report.ts';
import { type BothScores, scaleOutput, thresholdFactor } from './threshold.ts';
import { answersTo, byRecording, sampled, type Trial } from './trial.ts';

export interface QuantizeOptions {
  /** Layers that stay float by the user's word. */
  exclude: readonly string[];
  /** Whether layers are taken out of int8 until the model is accepted. */
  excludeMore: boolean;
  /** Beyond acceptance: what the answers must reach, in decibels. */
  minSqnrDb: number;
  /** The alert threshold that is to mean the same, and how many windows in a row past it alert; undefined for none. */
  threshold: { threshold: number; sustain: number } | undefined;
}

/** What of a report this step knows. */
export type Measured = Omit<
  QuantizationReport,
  'file' | 'source' | 'settings' | 'threshold' | 'kernels' | 'notes'
>;

// Enough to rank layers by what they cost; the finished model is measured on everything.
const BATCHES_FOR_LAYERS = 4;

/**
 * Quantizes, takes out layers that cost too much, fits the threshold again, and measures what came of it. Throws
 * SkerryError invalid for excluded layers that aren't there.
 */
export async function quantizeMeasured(
  tools: { backend: InferenceBackend; clock: Pick<Clock, 'monoMs'> },
  original: { model: Model; bytes: Uint8Array },
  quantizer: Quantizer,
  trial: Trial,
  options: QuantizeOptions,
): Promise<{ int8: Uint8Array; report: Measured }> {
  const { backend } = tools;
  const { batches } = trial;
  const labels = batches[0]?.labels && batches.flatMap((b) => b.labels ?? []);
  const few = sampled(batches, BATCHES_FOR_LAYERS);
  const fp32 = await answersTo(backend, original.model, trial, batches);
  const windows = trial.perNumber ? fp32.length : batches.reduce((sum, b) => sum + b.windows, 0);
  const costs = await costsAlone(quantizer, (m) => answersTo(backend, m, trial, few), sqnrDb);
  const chosen = await excludeCostliest(
    quantizer,
    costs,
    excludedLayers(quantizer, options.exclude),
    async (model) => {
      const factor = await refit(backend, model, fp32, trial, options.threshold);
      const fitted = factor === 1 ? model : scaleOutput(model, trial.output, factor);
      const answers = { fp32, int8: await answersTo(backend, fitted, trial, batches) };
      return { factor, fitted, answers, agreement: agreementOf(answers, windows, labels) };
    },
    ({ agreement }) => !options.excludeMore || (agreement.accepted && agreement.sqnrDb >= options.minSqnrDb),
  );
  const { fitted, answers, agreement, factor } = chosen.measured;
  const int8 = encodeModel(compactModel(fitted));
  const noise = await valueSqnr(
    backend,
    { float: quantizer.float, int8: chosen.model },
    quantizer.layers.map((l) => l.value),
    few.map((b) => b.feed),
  );
  return {
    int8,
    report: {
      sizeBytes: { fp32: original.bytes.length, int8: int8.length },
      latency: await latencies(tools, { fp32: original.bytes, int8 }, trial),
      nodes: quantizer.layers.length - chosen.excluded.size,
      unit: trial.perNumber ? 'number' : 'window',
      agreement,
      spearman: agreement.spearman,
      sqnrDb: agreement.sqnrDb,
      ...(fp32.length === windows ? { highestHealthyScore: highestHealthy(answers, batches) } : {}),
      thresholdFactor: factor,
      layers: quantizer.layers.map(({ name, op, value }) => ({
        name,
        op,
        int8: !chosen.excluded.has(name),
        sqnrDb: noise.get(value)!,
        aloneDb: costs.get(name)!,
      })),
    },
  };
}

interface Answers {
  fp32: Float64Array;
  int8: Float64Array;
}

async function refit(
  backend: InferenceBackend,
  model: Model,
  fp32: Float64Array,
  trial: Trial,
  threshold: QuantizeOptions['threshold'],
): Promise<number> {
  if (!threshold) return 1;
  const int8 = await answersTo(backend, model, trial, trial.batches);
  const both = (healthy: boolean): BothScores => ({
    fp32: byRecording(fp32, trial.batches, healthy),
    int8: byRecording(int8, trial.batches, healthy),
  });
  return thresholdFactor(both(false), both(true), threshold);
}

async function latencies(
  { backend, clock }: { backend: InferenceBackend; clock: Pick<Clock, 'monoMs'> },
  models: { fp32: Uint8Array; int8: Uint8Array },
  { timed }: Trial,
): Promise<Latency[]> {
  const all: Latency[] = [];
  for (const batch of timed) all.push(await measureLatency(backend, clock, models, batch));
  return all;
}

function highestHealthy({ fp32, int8 }: Answers, batches: Trial['batches']): { fp32: number; int8: number } {
  const highest = (scores: Float64Array): number =>
    byRecording(scores, batches, true)
      .flat()
      .reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { fp32: highest(fp32), int8: highest(int8) };
}
