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
import { activationAffine, quantizeBias, quantizeWeights, type Range } from './affine.ts';
import type { PlannedNode } from './plan.ts';

/**
 * A new model in which the planned nodes compute in int8. `ranges` holds every value of calibratedValues(plan). Throws
 * SkerryError unsupported below opset 13, whose DequantizeLinear knows no axis.
 */
export function quantizeModel(
  model: Model,
  plan: readonly PlannedNode[],
  ranges: ReadonlyMap<string, Range>,
  options: { perChannel: boolean },
): Model {
  if (opsetOf(model) < 13)
    throw new SkerryError('unsupported', `opset ${opsetOf(model)} is too old to quantize (13 or later)`, {
      hint: 'export the model again with opset 17',
    });
  const rewriter = new Rewriter(model, ranges, options.perChannel);
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
  readonly #perChannel: boolean;

  constructor(model: Model, ranges: ReadonlyMap<string, Range>, perChannel: boolean) {
    this.#model = model;
    this.#ranges = ranges;
    this.#perChannel = perChannel;
    this.#constants = initializersOf(model);
  }

  /** The node reading quantized values. */
  planned(p: PlannedNode): onnx.INodeProto {
    const input = [...(p.node.input ?? [])];
    if (!this.#quantized.has(p.activation)) this.#pair(p.activation, p.activation, `${p.activation}_dq`);
    input[0] = this.#quantized.get(p.activation)!;
    const weight = this.#constants.get(p.weight)!;
    const axis = this.#perChannel ? p.weightAxis : undefined;
    const { data, scales } = quantizeWeights(weight.data as Float32Array, weight.dims, axis);
    const zeros = new Int8Array(scales.length);
    input[1] = this.#constant(p.weight, { type: 'int8', dims: weight.dims, data }, scales, zeros, axis);
    if (p.bias) {
      const values = this.#constants.get(p.bias)!.data as Float32Array;
      const inputScale = activationAffine(this.#rangeOf(p.activation)).scale;
      const bias = quantizeBias(values, inputScale, scales);
      const tensor: Tensor = { type: 'int32', dims: [values.length], data: bias.data };
      // Named after the weight too: a bias shared by two nodes has another scale in each.
      const axisOfBias = this.#perChannel ? 0 : undefined;
      input[2] = this.#constant(`${p.weight}_${p.bias}`, tensor, bias.scales, undefined, axisOfBias);
    }
    return { ...p.node, input };
  }

  /** Appends a node whose output is quantized; what read it now reads the dequantized value under the same name. */
  emitQuantized(node: onnx.INodeProto, output: string): void {
    const raw = `${output}_float`;
    this.nodes.push({ ...node, output: [raw, ...(node.output ?? []).slice(1)] });
    this.#pair(output, raw, output);
  }

  /** Initializers still in use, and the new ones. */
  remaining(): onnx.ITensorProto[] {
    const used = new Set(this.nodes.flatMap((n) => n.input ?? []));
    const kept = (this.#model.graph.initializer ?? []).filter((t) => used.has(t.name ?? ''));
    return [...kept, ...this.#added.values()];
  }

  #pair(value: string, from: string, to: string): void {
    const { scale, zeroPoint } = activationAffine(this.#rangeOf(value));
    const scaleName = this.#add(`${value}_scale`, {
      type: 'float32',
      dims: [],
      data: Float32Array.of(scale),
    });
    const zeroName = this.#add(`${value}_zero_point`, {
      type: 'int8',
      dims: [],
      data: Int8Array.of(zeroPoint),
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
    if (this.#added.has(`${name}_q`)) return output;
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

  #rangeOf(value: string): Range {
    const range = this.#ranges.get(value);
    invariant(range, `value ${value} was calibrated`);
    return range;
  }
}
