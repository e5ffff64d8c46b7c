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
import { scaleOutput, thresholdFactor } from './threshold.ts';
import { answersTo, healthyByRecording, sampled, type Trial } from './trial.ts';

export interface QuantizeOptions {
  /** Layers that stay float by the user's word. */
  exclude: readonly string[];
  /** Whether layers are taken out of int8 until the model is accepted. */
  excludeMore: boolean;
  /** Beyond acceptance: what the answers must reach, in decibels. */
  minSqnrDb: number;
  /** Windows in a row past the threshold that make an alert; undefined where no threshold is to be kept. */
  sustain: number | undefined;
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
  const { backend, clock } = tools;
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
      const factor = await refit(model);
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
  const latency: Latency[] = [];
  for (const batch of trial.timed)
    latency.push(await measureLatency(backend, clock, { fp32: original.bytes, int8 }, batch));
  return {
    int8,
    report: {
      sizeBytes: { fp32: original.bytes.length, int8: int8.length },
      latency,
      nodes: quantizer.layers.length - chosen.excluded.size,
      agreement,
      spearman: agreement.spearman,
      sqnrDb: agreement.sqnrDb,
      ...(fp32.length === windows
        ? { highestHealthyScore: { fp32: highestHealthy(answers.fp32), int8: highestHealthy(answers.int8) } }
        : {}),
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

  async function refit(model: Model): Promise<number> {
    if (options.sustain === undefined) return 1;
    const int8Answers = await answersTo(backend, model, trial, batches);
    const healthy = {
      fp32: healthyByRecording(fp32, batches),
      int8: healthyByRecording(int8Answers, batches),
    };
    return thresholdFactor(healthy, options.sustain);
  }

  function highestHealthy(scores: Float64Array): number {
    return healthyByRecording(scores, batches)
      .flat()
      .reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  }
}
