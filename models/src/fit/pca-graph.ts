/**
 * The ONNX graph of a fitted window PCA:
 *
 *   window [batch, T, C] ─ Flatten ─┬─ Gemm ─ Gemm ─ x̂        the two products that become int8
 *                                   └──────── Sub ─ r ─ r² ─┬─ ReduceSum · 1/limit ─ score [batch]
 *                                                           └─ · 1/M_ii, summed over time, as shares ─ attribution [batch, C]
 *
 * The first Gemm whitens (columns P_j/√λ_j), the second undoes it (rows √λ_j P_jᵀ). In exact arithmetic that changes
 * nothing; quantized, every component uses the whole int8 range, where otherwise the first would leave none to the
 * rest (equalization across layers: Nagel et al., ICCV 2019). The residual is taken from the float window.
 */
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { float32, int64 } from '../graph/tensor.ts';
import type { PcaModel } from './pca.ts';

/** The constant that the score is multiplied by: 1 / the SPE at which the alert threshold lies. */
export const SCALE_NAME = 'inverse_limit';

/** The bytes of the float32 graph. Scores are SPE / `limit`. `more` may add outputs of its own from x, the flat window. */
export function pcaGraph(
  model: PcaModel,
  limit: number,
  more?: (g: GraphBuilder, x: string) => void,
): Uint8Array {
  return graphOf(model, limit, () => [0], more);
}

/**
 * The float32 graph that int8 is made from. A component of great variance λ is computed ⌈√λ / 2⌉ times, each copy
 * shifted by its fraction of `step` (one quantization step of the whitened components), and the copies are averaged: as
 * with a staggered row of converters the average resolves that many times finer, and the error of a component stays
 * within two steps of the normalized channels, however much variance it has. Without rounding, the shifts cancel.
 */
export function pcaGraphForInt8(model: PcaModel, limit: number, step: number): Uint8Array {
  return graphOf(model, limit, (variance) => {
    const copies = Math.max(1, Math.ceil(Math.sqrt(variance) / 2));
    return Array.from({ length: copies }, (_, c) => ((c + 0.5) / copies - 0.5) * step);
  });
}

function graphOf(
  model: PcaModel,
  limit: number,
  shiftsOf: (variance: number) => readonly number[],
  more?: (g: GraphBuilder, x: string) => void,
): Uint8Array {
  const { length, width, mean } = model;
  const size = length * width;
  const { columns: k, project, offset, rebuild } = whitened(model, shiftsOf);
  const g = new GraphBuilder('window_pca');
  const window = g.input('window', 'float32', ['batch', length, width]);
  const x = g.node('Flatten', [window], { output: 'x', attributes: { axis: 1 } });
  const t = g.gemm(
    x,
    g.constant('project', float32([size, k], project)),
    g.constant('project_bias', float32([k], offset)),
    'components',
  );
  const rebuilt = g.gemm(
    t,
    g.constant('rebuild', float32([k, size], rebuild)),
    g.constant('rebuild_bias', float32([size], mean)),
    'rebuilt',
  );
  const residual = g.node('Sub', [x, rebuilt], { output: 'residual' });
  const squared = g.node('Mul', [residual, residual], { output: 'squared' });
  const axis1 = g.constant('axis_1', int64([1], [1]));
  const spe = g.reduceSum(squared, axis1, false, 'spe');
  g.output(g.node('Mul', [spe, g.scalar(SCALE_NAME, 1 / limit)], { output: 'score' }), 'float32', ['batch']);
  const inverse = g.constant(
    'inverse_complement',
    float32(
      [size],
      model.complement.map((m) => 1 / m),
    ),
  );
  const contributions = g.node('Mul', [squared, inverse], { output: 'contributions' });
  const shape = g.constant('window_shape', int64([3], [-1, length, width]));
  const perChannel = g.reduceSum(g.node('Reshape', [contributions, shape]), axis1, false, 'per_channel');
  const total = g.node('Add', [g.reduceSum(perChannel, axis1, true), g.scalar('tiny', 1e-12)], {
    output: 'total',
  });
  g.output(g.node('Div', [perChannel, total], { output: 'attribution' }), 'float32', ['batch', width]);
  more?.(g, x);
  return encodeModel(g.build());
}

function whitened(
  { mean, vectors, variances }: PcaModel,
  shiftsOf: (variance: number) => readonly number[],
): { columns: number; project: Float64Array; offset: Float64Array; rebuild: Float64Array } {
  const size = mean.length;
  const plan = [...variances].flatMap((variance, component) => {
    const shifts = shiftsOf(variance);
    return shifts.map((shift) => ({ component, shift, share: 1 / shifts.length }));
  });
  const columns = plan.length;
  const project = new Float64Array(size * columns);
  const offset = new Float64Array(columns);
  const rebuild = new Float64Array(columns * size);
  for (const [j, { component, shift, share }] of plan.entries()) {
    const deviation = Math.sqrt(variances[component]!);
    offset[j] = shift;
    for (let i = 0; i < size; i++) {
      const entry = vectors[component * size + i]!;
      project[i * columns + j] = entry / deviation;
      rebuild[j * size + i] = entry * deviation * share;
      offset[j]! -= (mean[i]! * entry) / deviation;
    }
  }
  return { columns, project, offset, rebuild };
}
