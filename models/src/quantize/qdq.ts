/**
 * Static quantization to int8 in QDQ form: around each planned node the values pass through QuantizeLinear and
 * DequantizeLinear, and weights are stored as int8; the runtime fuses each group into one int8 kernel.
 *
 *   x ─ Q ─ DQ ─ Gemm ─ Q ─ DQ ─ …        W (int8) ─ DQ ─┘        bias (int32) ─ DQ ─┘
 *
 * Other readers of x keep the float value; readers of the node's output get the dequantized one, under its old name.
 */
import type { Tensor } from '@skerry/agent/ports';
import { invariant, SkerryError } from '@skerry/proto/errors';
import type { onnx } from '@skerry/proto/wire';
import { attribute } from '../graph/builder.ts';
import { initializersOf, type Model, opsetOf } from '../graph/reader.ts';
import { toTensorProto } from '../graph/tensor.ts';
import {
  type ActivationType,
  type Affine,
  activationAffine,
  quantizeBias,
  quantizeWeights,
  type Range,
} from './affine.ts';
import { type PlannedNode, type PlannedProduct, sharedRanges } from './plan.ts';
import { readByAll } from './prepare.ts';

export interface QdqOptions {
  /** One scale for each output of a weight, or one in all. */
  perChannel: boolean;
  /** `int8` where left out. */
  activations?: ActivationType;
  /** Weights within ±64, for processors whose 16-bit sums would saturate. */
  reduceRange?: boolean;
}

/**
 * A new model in which the planned nodes compute in int8. `ranges` holds every value of calibratedValues(plan). Throws
 * SkerryError unsupported below opset 13, whose DequantizeLinear knows no axis.
 */
export function quantizeModel(
  model: Model,
  plan: readonly PlannedNode[],
  ranges: ReadonlyMap<string, Range>,
  options: QdqOptions,
): Model {
  if (opsetOf(model) < 13)
    throw new SkerryError('unsupported', `opset ${opsetOf(model)} is too old to quantize (13 or later)`, {
      hint: 'export the model again with opset 17',
    });
  const rewriter = new Rewriter(model, plan, ranges, options);
  const byNode = new Map(plan.map((p) => [p.node, p]));
  const quantizedOutputs = new Set(plan.flatMap((p) => p.output ?? []));
  for (const node of model.graph.node) {
    const planned = byNode.get(node);
    const rewritten = planned ? rewriter.planned(planned) : node;
    const output = node.output?.[0] ?? '';
    if (quantizedOutputs.has(output)) rewriter.emitQuantized(rewritten, output);
    else rewriter.nodes.push(rewritten);
  }
  return { ...model, graph: { ...model.graph, node: rewriter.nodes, initializer: rewriter.remaining() } };
}

class Rewriter {
  readonly nodes: onnx.INodeProto[] = [];
  readonly #added = new Map<string, onnx.ITensorProto>();
  /** From a value to the one that carries it quantized and dequantized. */
  readonly #quantized = new Map<string, string>();
  readonly #constants: Map<string, Tensor>;
  readonly #model: Model;
  readonly #ranges: ReadonlyMap<string, Range>;
  readonly #sources: ReadonlyMap<string, string>;
  /** Weights of several products: each gets its own, since scales depend on the bias and the activation too. */
  readonly #shared: ReadonlySet<string>;
  readonly #perChannel: boolean;
  readonly #activations: ActivationType;
  readonly #reduceRange: boolean;

  constructor(
    model: Model,
    plan: readonly PlannedNode[],
    ranges: ReadonlyMap<string, Range>,
    options: QdqOptions,
  ) {
    this.#model = model;
    this.#ranges = ranges;
    this.#sources = sharedRanges(plan);
    const weights = plan.flatMap((p) => (p.kind === 'product' ? [p.weight] : []));
    this.#shared = new Set(weights.filter((name, i) => weights.indexOf(name) !== i));
    this.#perChannel = options.perChannel;
    this.#activations = options.activations ?? 'int8';
    this.#reduceRange = options.reduceRange ?? false;
    this.#constants = initializersOf(model);
  }

  /** The node reading quantized values. */
  planned(p: PlannedNode): onnx.INodeProto {
    if (p.kind === 'product') return this.#product(p);
    const input = (p.node.input ?? []).map((name) => (p.inputs.includes(name) ? this.#carrier(name) : name));
    return { ...p.node, input };
  }

  #product(p: PlannedProduct): onnx.INodeProto {
    const input = [...(p.node.input ?? [])];
    input[0] = this.#carrier(p.activation);
    const weight = this.#constants.get(p.weight)!;
    const axis = this.#perChannel ? p.weightAxis : undefined;
    const inputScale = this.#affineOf(p.activation).scale;
    const bias = p.bias ? (this.#constants.get(p.bias)!.data as Float32Array) : undefined;
    const { data, scales } = quantizeWeights(weight.data as Float32Array, weight.dims, {
      axis,
      reduceRange: this.#reduceRange,
      bias: bias && { values: bias, inputScale },
    });
    const zeros = new Int8Array(scales.length);
    const name = this.#shared.has(p.weight) ? `${p.weight}_${p.node.output?.[0]}` : p.weight;
    input[1] = this.#constant(name, { type: 'int8', dims: weight.dims, data }, scales, zeros, axis);
    if (bias) {
      const quantized = quantizeBias(bias, inputScale, scales);
      const tensor: Tensor = { type: 'int32', dims: [bias.length], data: quantized.data };
      // Named after the weight too: a bias shared by two nodes has another scale in each.
      const axisOfBias = this.#perChannel ? 0 : undefined;
      input[2] = this.#constant(`${name}_${p.bias}`, tensor, quantized.scales, undefined, axisOfBias);
    }
    return { ...p.node, input };
  }

  /** The value that stands for another in int8, made at its first use. */
  #carrier(value: string): string {
    if (!this.#quantized.has(value)) this.#pair(value, value, `${value}_dq`);
    return this.#quantized.get(value)!;
  }

  /** Appends a node whose output is quantized; what read it now reads the dequantized value under the same name. */
  emitQuantized(node: onnx.INodeProto, output: string): void {
    const raw = `${output}_float`;
    this.nodes.push({ ...node, output: [raw, ...(node.output ?? []).slice(1)] });
    this.#pair(output, raw, output);
  }

  /** Initializers still in use, and the new ones. */
  remaining(): onnx.ITensorProto[] {
    const used = readByAll(this.nodes);
    const kept = (this.#model.graph.initializer ?? []).filter((t) => used.has(t.name ?? ''));
    return [...kept, ...this.#added.values()];
  }

  #pair(value: string, from: string, to: string): void {
    const { scale, zeroPoint } = this.#affineOf(value);
    const scaleName = this.#add(`${value}_scale`, {
      type: 'float32',
      dims: [],
      data: Float32Array.of(scale),
    });
    const zeroName = this.#add(`${value}_zero_point`, {
      type: this.#activations,
      dims: [],
      data: this.#activations === 'int8' ? Int8Array.of(zeroPoint) : Uint8Array.of(zeroPoint),
    });
    const parameters = [scaleName, zeroName];
    this.#node('QuantizeLinear', [from, ...parameters], `${value}_q`);
    this.#node('DequantizeLinear', [`${value}_q`, ...parameters], to);
    this.#quantized.set(value, to);
  }

  #constant(
    name: string,
    tensor: Tensor,
    scales: Float32Array,
    zeros: Int8Array | undefined,
    axis: number | undefined,
  ): string {
    const output = `${name}_dq`;
    const dims = axis === undefined ? [] : [scales.length];
    const inputs = [
      this.#add(`${name}_q`, tensor),
      this.#add(`${name}_scale`, { type: 'float32', dims, data: scales }),
    ];
    if (zeros) inputs.push(this.#add(`${name}_zero_point`, { type: 'int8', dims, data: zeros }));
    this.#node('DequantizeLinear', inputs, output, axis);
    return output;
  }

  #add(name: string, tensor: Tensor): string {
    this.#added.set(name, toTensorProto(name, tensor));
    return name;
  }

  #node(opType: string, input: string[], output: string, axis?: number): void {
    const attributes = axis === undefined ? [] : [attribute('axis', axis)];
    this.nodes.push({ name: `${opType}:${output}`, opType, input, output: [output], attribute: attributes });
  }

  #affineOf(value: string): Affine {
    const range = this.#ranges.get(this.#sources.get(value) ?? value);
    invariant(range, `value ${value} was calibrated`);
    return activationAffine(range, this.#activations);
  }
}
