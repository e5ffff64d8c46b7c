/**
 * Dynamic quantization: weights are int8 constants, activations get their range anew in every run. It needs no
 * recording and clips nothing, and it is what recurrent nets can have.
 *
 *   x ─ DynamicQuantizeLinear ─ MatMulInteger ─ Cast ─ · (x's scale · W's scales) ─ + bias      Gemm, MatMul
 *   DynamicQuantizeLSTM (com.microsoft)                                                        LSTM
 *   W (int8) ─ DequantizeLinear ─ GRU                                                          GRU, RNN
 *
 * ONNX Runtime has no int8 kernel for GRU and RNN: there int8 saves bytes and no time.
 */
import type { Tensor } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import type { onnx } from '@skerry/proto/wire';
import { attribute } from '../graph/builder.ts';
import { initializersOf, intAttribute, type Model } from '../graph/reader.ts';
import { float32, toTensorProto } from '../graph/tensor.ts';
import { quantizeWeights } from './affine.ts';
import { layerName } from './plan.ts';
import { prepareModel, readByAll } from './prepare.ts';
import type { Layer, Quantizer } from './quantizer.ts';

const OPSET = 13;
const MICROSOFT = 'com.microsoft';

export interface DynamicOptions {
  perChannel: boolean;
  reduceRange: boolean;
}

/** Prepares a model. Throws SkerryError unsupported where it holds nothing to quantize or is too old. */
export function dynamicQuantizer(model: Model, options: DynamicOptions): Quantizer {
  const float = prepareModel(model, OPSET);
  const layers = dynamicLayers(float, ['Gemm', 'MatMul', 'LSTM', 'GRU', 'RNN']);
  if (layers.length === 0)
    throw new SkerryError(
      'unsupported',
      'the model has no Gemm, MatMul, LSTM, GRU or RNN with constant float32 weights to quantize',
      { hint: 'convolutions are quantized without --dynamic' },
    );
  return { float, layers, make: (exclude) => quantizeDynamic(float, layers, exclude, options) };
}

/** The nodes of these operators that can have int8 weights. */
export function dynamicLayers(model: Model, operators: readonly string[]): Layer[] {
  const constants = initializersOf(model);
  return model.graph.node
    .filter((node) => operators.includes(node.opType ?? '') && fits(node, constants))
    .map((node) => ({
      name: layerName(node),
      op: node.opType ?? '',
      value: node.output?.find((name) => name !== '') ?? '',
    }));
}

/** A new model in which these layers are quantized, but for those excluded. */
export function quantizeDynamic(
  model: Model,
  layers: readonly Layer[],
  exclude: ReadonlySet<string>,
  options: DynamicOptions,
): Model {
  const chosen = new Set(layers.map((l) => l.name).filter((name) => !exclude.has(name)));
  const rewriter = new Rewriter(model, initializersOf(model), options);
  for (const node of model.graph.node) {
    if (chosen.has(layerName(node))) rewriter.quantize(node);
    else rewriter.nodes.push(node);
  }
  return rewriter.model();
}

function fits(node: onnx.INodeProto, constants: ReadonlyMap<string, Tensor>): boolean {
  const [x = '', w = '', r = ''] = node.input ?? [];
  const isWeight = (name: string, rank: number): boolean => {
    const tensor = constants.get(name);
    return tensor?.type === 'float32' && tensor.dims.length === rank;
  };
  if (constants.has(x)) return false;
  switch (node.opType) {
    case 'Gemm':
      return isWeight(w, 2) && intAttribute(node, 'transA', 0) === 0 && !hasFactors(node);
    case 'MatMul':
      return isWeight(w, 2);
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return isWeight(w, 3) && isWeight(r, 3) && intAttribute(node, 'layout', 0) === 0;
    default:
      return false;
  }
}

function hasFactors(node: onnx.INodeProto): boolean {
  return ['alpha', 'beta'].some((name) => (node.attribute?.find((a) => a.name === name)?.f ?? 1) !== 1);
}

class Rewriter {
  readonly nodes: onnx.INodeProto[] = [];
  readonly #added = new Map<string, onnx.ITensorProto>();
  readonly #dynamic = new Set<string>();
  readonly #model: Model;
  readonly #constants: ReadonlyMap<string, Tensor>;
  readonly #options: DynamicOptions;

  constructor(model: Model, constants: ReadonlyMap<string, Tensor>, options: DynamicOptions) {
    this.#model = model;
    this.#constants = constants;
    this.#options = options;
  }

  quantize(node: onnx.INodeProto): void {
    if (node.opType === 'LSTM') this.#lstm(node);
    else if (node.opType === 'GRU' || node.opType === 'RNN') this.#storedSmall(node);
    else this.#product(node);
  }

  model(): Model {
    const used = readByAll(this.nodes);
    const kept = (this.#model.graph.initializer ?? []).filter((t) => used.has(t.name ?? ''));
    const imports = (this.#model.opsetImport ?? []).filter((o) => o.domain !== MICROSOFT);
    const needs = this.nodes.some((n) => n.domain === MICROSOFT);
    return {
      ...this.#model,
      opsetImport: needs ? [...imports, { domain: MICROSOFT, version: 1 }] : imports,
      graph: { ...this.#model.graph, node: this.nodes, initializer: [...kept, ...this.#added.values()] },
    };
  }

  #product(node: onnx.INodeProto): void {
    const [x = '', w = '', bias] = node.input ?? [];
    const y = node.output?.[0] ?? '';
    const weight = this.#constants.get(w)!;
    const matrix = intAttribute(node, 'transB', 0) === 1 ? transposed(weight) : weight;
    const stored = this.#weights(`${y}_weight`, matrix, 1);
    if (!this.#dynamic.has(x)) {
      this.#dynamic.add(x);
      this.#node('DynamicQuantizeLinear', [x], [`${x}_q`, `${x}_scale`, `${x}_zero_point`]);
    }
    this.#node('MatMulInteger', [`${x}_q`, stored.q, `${x}_zero_point`, stored.zero], [`${y}_int32`]);
    this.#node('Cast', [`${y}_int32`], [`${y}_sum`], [attribute('to', 1)]);
    this.#node('Mul', [`${x}_scale`, stored.scale], [`${y}_scales`]);
    const product = bias ? `${y}_product` : y;
    this.#node('Mul', [`${y}_sum`, `${y}_scales`], [product]);
    if (bias) this.#node('Add', [product, bias], [y]);
  }

  #lstm(node: onnx.INodeProto): void {
    const [x = '', w = '', r = '', ...rest] = node.input ?? [];
    const [weight, recurrent] = [w, r].map((name) => {
      const tensor = this.#constants.get(name)!;
      const [directions = 0, gates = 0, size = 0] = tensor.dims;
      // One scale for each gate of each direction; stored the other way round, as the kernel multiplies.
      const rows = { ...tensor, dims: [directions * gates, size] };
      return this.#weights(name, rows, 0, (q) => swapInner(q, directions, gates, size), [directions, gates]);
    });
    const padded = [...rest, '', '', '', '', ''].slice(0, 5);
    this.nodes.push({
      ...node,
      opType: 'DynamicQuantizeLSTM',
      domain: MICROSOFT,
      input: [
        x,
        weight!.q,
        recurrent!.q,
        ...padded,
        weight!.scale,
        weight!.zero,
        recurrent!.scale,
        recurrent!.zero,
      ],
      attribute: (node.attribute ?? []).filter((a) => a.name !== 'layout'),
    });
  }

  #storedSmall(node: onnx.INodeProto): void {
    const [x = '', w = '', r = '', ...rest] = node.input ?? [];
    const restored = [w, r].map((name) => {
      const { q, scale, zero } = this.#weights(name, this.#constants.get(name)!, 1);
      const axis = this.#options.perChannel ? [attribute('axis', 1)] : [];
      this.#node('DequantizeLinear', [q, scale, zero], [`${q}_dq`], axis);
      return `${q}_dq`;
    });
    this.nodes.push({ ...node, input: [x, ...restored, ...rest] });
  }

  /** Stores a weight as int8 with its scales and zero points. */
  #weights(
    name: string,
    weight: Tensor,
    axis: number,
    arrange: (q: Int8Array) => { data: Int8Array; dims: number[] } = (data) => ({
      data,
      dims: [...weight.dims],
    }),
    scaleDims?: readonly number[],
  ): { q: string; scale: string; zero: string } {
    const { perChannel, reduceRange } = this.#options;
    const { data, scales } = quantizeWeights(weight.data as Float32Array, weight.dims, {
      axis: perChannel ? axis : undefined,
      reduceRange,
    });
    const names = { q: `${name}_q`, scale: `${name}_scale`, zero: `${name}_zero_point` };
    const dims = perChannel ? (scaleDims ?? [scales.length]) : scaleDims ? [scaleDims[0]!] : [];
    // A weight read per direction has one scale a direction even where it has one in all.
    const count = dims.reduce((product, d) => product * d, 1);
    const spread = scales.length === count ? scales : new Float32Array(count).fill(scales[0]!);
    this.#add(names.q, { type: 'int8', ...arrange(data) });
    this.#add(names.scale, float32(dims, spread));
    this.#add(names.zero, { type: 'int8', dims, data: new Int8Array(count) });
    return names;
  }

  #add(name: string, tensor: Tensor): void {
    this.#added.set(name, toTensorProto(name, tensor));
  }

  #node(opType: string, input: string[], output: string[], attributes: onnx.IAttributeProto[] = []): void {
    this.nodes.push({ name: `${opType}:${output[0]}`, opType, input, output, attribute: attributes });
  }
}

function transposed(matrix: Tensor): Tensor {
  const [rows = 0, columns = 0] = matrix.dims;
  const from = matrix.data as Float32Array;
  const data = Float32Array.from({ length: from.length }, (_, i) => {
    return from[(i % rows) * columns + Math.floor(i / rows)]!;
  });
  return { type: 'float32', dims: [columns, rows], data };
}

/** [a, b, c] as [a, c, b]. */
function swapInner(data: Int8Array, a: number, b: number, c: number): { data: Int8Array; dims: number[] } {
  const swapped = new Int8Array(data.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) swapped[(i * c + k) * b + j] = data[(i * b + j) * c + k]!;
  return { data: swapped, dims: [a, c, b] };
}
