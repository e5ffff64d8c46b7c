/**
 * The ways from float32 to int8, tried in order until one is accepted: static; dynamic, where no convolution would be left
 * in float by it; static with costly layers in float. An option that decides between them ends the search.
 */
import { systemClock } from '@skerry/agent/adapters/system-clock';
import type { InferenceBackend } from '@skerry/agent/ports';
import { outputsOfGraph } from '../graph/reader.ts';
import { ENTROPY, MINMAX, PERCENTILE, RANGE_MULTIPLIER } from '../quantize/calibrate.ts';
import { dynamicQuantizer } from '../quantize/dynamic.ts';
import { type Measured, type QuantizeOptions, quantizeMeasured } from '../quantize/quantize.ts';
import type { Quantizer } from '../quantize/quantizer.ts';
import type { QuantizationSettings } from '../quantize/report.ts';
import { staticQuantizer } from '../quantize/static.ts';
import type { Trial } from '../quantize/trial.ts';
import { kindOf, releaseOutput, type Source, type Windows } from './quantize-data.ts';
import type { QuantizeFlags } from './quantize-options.ts';

/** What a model is tried on, and what of that int8 ranges are taken from. */
export type Given = Trial & Pick<Windows, 'calibration' | 'hasFaults'>;

type Settings = Omit<QuantizationSettings, 'saturatesHere'>;

/** A quantizer with what it was set to. */
interface Way {
  quantizer: Quantizer;
  settings: Settings;
}

/** What came of a way. */
export interface Outcome {
  int8: Uint8Array;
  report: Measured;
  settings: Settings;
  /** Whether it is as good as float32, and as good as the user asked. */
  holds: boolean;
}

/** The first way that holds, or what the last one gave. */
export async function quantizeBest(
  backend: InferenceBackend,
  source: Source,
  given: Given,
  flags: QuantizeFlags,
  reduceRange: boolean,
): Promise<Outcome> {
  const options = optionsOf(source, given, flags);
  const measure = async (way: Way, excludeMore: boolean): Promise<Outcome> => {
    const tools = { backend, clock: systemClock };
    const done = await quantizeMeasured(tools, source, way.quantizer, given, { ...options, excludeMore });
    const { accepted, sqnrDb } = done.report.agreement;
    return { ...done, settings: way.settings, holds: accepted && sqnrDb >= options.minSqnrDb };
  };
  if (flags.dynamic) return measure(dynamicWay(source, flags, reduceRange), flags.excludeMore);
  const first = await staticWay(backend, source, given, flags, reduceRange);
  const asItIs = await measure(first, false);
  const convolves = first.quantizer.layers.some((l) => l.op === 'Conv');
  const isDecided = flags.dynamic === false || flags.exclude.length > 0 || widenOf(flags) !== undefined;
  if (!asItIs.holds && !convolves && !isDecided) {
    const dynamic = await measure(dynamicWay(source, flags, reduceRange), false);
    if (dynamic.holds) return dynamic;
  }
  return asItIs.holds || !flags.excludeMore ? asItIs : measure(first, true);
}

/** Whether the compared output is a score, which anomalies drive far beyond what healthy data show. */
export function givesScore(source: Source, { output, rebuilds }: Trial): boolean {
  if (rebuilds !== undefined) return true;
  const kind = kindOf(source.manifest, output);
  if (kind !== undefined) return kind === 'anomaly-score';
  const dims = outputsOfGraph(source.model).find((o) => o.name === output)?.dims ?? [];
  return dims.slice(1).every((d) => d === 1);
}

function optionsOf(source: Source, given: Given, flags: QuantizeFlags): Omit<QuantizeOptions, 'excludeMore'> {
  const judged = releaseOutput(source.manifest);
  const isCompared = judged?.tensor === given.output && given.rebuilds === undefined;
  const { threshold, sustain } = judged ?? {};
  return {
    exclude: flags.exclude,
    minSqnrDb: flags.minSqnr ?? Number.NEGATIVE_INFINITY,
    threshold:
      flags.refitThreshold && isCompared && threshold !== undefined && sustain !== undefined
        ? { threshold, sustain }
        : undefined,
  };
}

function dynamicWay(source: Source, flags: QuantizeFlags, reduceRange: boolean): Way {
  const perChannel = !flags.perTensor;
  return {
    quantizer: dynamicQuantizer(source.model, { perChannel, reduceRange }),
    settings: { mode: 'dynamic', perChannel, reduceRange },
  };
}

async function staticWay(
  backend: InferenceBackend,
  source: Source,
  given: Given,
  flags: QuantizeFlags,
  reduceRange: boolean,
): Promise<Way> {
  const { activations, method, bins, levels, percentile } = flags;
  const perChannel = !flags.perTensor;
  const widen = widenOf(flags) ?? (givesScore(source, given) && !given.hasFaults ? RANGE_MULTIPLIER : 1);
  const methods = {
    minmax: MINMAX,
    percentile: { ...PERCENTILE, percentile, bins },
    entropy: { ...ENTROPY, bins, levels },
  };
  const options = { method: methods[method], multiplier: widen, perChannel, activations, reduceRange };
  return {
    quantizer: await staticQuantizer(backend, source.model, given.calibration, options),
    settings: { mode: 'static', method, widen, activations, perChannel, reduceRange },
  };
}

function widenOf(flags: QuantizeFlags): number | undefined {
  return flags.widen ?? flags.multiplier;
}
