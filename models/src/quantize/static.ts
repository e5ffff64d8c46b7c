/**
 * Static quantization: ranges are observed once, on the user's recordings, and are constants of the model then. LSTMs, of
 * which there is no static form, are quantized dynamically.
 */
import type { InferenceBackend } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { encodeModel } from '../graph/builder.ts';
import type { Model } from '../graph/reader.ts';
import type { ActivationType } from './affine.ts';
import { type CalibrationMethod, calibrate, exposing, type Feed } from './calibrate.ts';
import { dynamicLayers, quantizeDynamic } from './dynamic.ts';
import { boundedRanges, calibratedValues, layerName, planQuantization } from './plan.ts';
import { matMulInputs, prepareModel } from './prepare.ts';
import { quantizeModel } from './qdq.ts';
import type { Quantizer } from './quantizer.ts';

// The first operator set whose DequantizeLinear knows an axis.
const OPSET = 13;

export interface StaticOptions {
  method: CalibrationMethod;
  /** Ranges reach this many times beyond what was observed. */
  multiplier: number;
  perChannel: boolean;
  activations: ActivationType;
  reduceRange: boolean;
}

/**
 * Prepares and calibrates a model. Throws SkerryError unsupported where it holds nothing to quantize or is too old, and
 * invalid where the recordings don't fit.
 */
export async function staticQuantizer(
  backend: InferenceBackend,
  model: Model,
  feeds: readonly Feed[],
  options: StaticOptions,
): Promise<Quantizer> {
  const matrices = await matricesOf(backend, model, feeds[0]!);
  const float = prepareModel(model, OPSET, (value) => matrices.has(value));
  const full = planQuantization(float);
  const products = full.filter((p) => p.kind === 'product');
  if (products.length === 0) throw nothingToQuantize(float);
  const values = calibratedValues(full);
  const ranges = await calibrate(backend, float, values, feeds, options.multiplier, options.method);
  for (const [name, range] of boundedRanges(float)) if (ranges.has(name)) ranges.set(name, range);
  const layers = products.map((p) => ({
    name: layerName(p.node),
    op: p.node.opType ?? '',
    value: p.output ?? p.node.output?.[0] ?? '',
  }));
  const recurrent = dynamicLayers(float, ['LSTM']);
  return {
    float,
    layers: [...layers, ...recurrent],
    make(exclude) {
      const int8 = quantizeModel(float, planQuantization(float, exclude), ranges, options);
      return recurrent.length > 0 ? quantizeDynamic(int8, recurrent, exclude, options) : int8;
    },
  };
}

/** The inputs of products that have two dimensions on a real input. */
async function matricesOf(backend: InferenceBackend, model: Model, feed: Feed): Promise<Set<string>> {
  const asked = matMulInputs(model);
  const inner = asked.filter((name) => feed[name] === undefined);
  const seen = { ...feed };
  if (inner.length > 0) {
    const session = await backend.create({ bytes: encodeModel(exposing(model, inner)) });
    try {
      Object.assign(seen, await session.run(feed, inner));
    } finally {
      await session.release();
    }
  }
  return new Set(asked.filter((name) => seen[name]?.dims.length === 2));
}

function nothingToQuantize(model: Model): SkerryError {
  const ops = new Set(model.graph.node.map((n) => n.opType));
  const hint = ['LSTM', 'GRU', 'RNN'].some((op) => ops.has(op))
    ? 'recurrent nets are quantized with --dynamic'
    : ops.has('DequantizeLinear') || ops.has('QLinearConv') || ops.has('MatMulInteger')
      ? 'it is quantized already: give the float32 model'
      : 'what such a model needs is the float32 variant alone';
  return new SkerryError(
    'unsupported',
    'the model has no Gemm, MatMul or Conv with constant float32 weights to quantize',
    { hint },
  );
}
