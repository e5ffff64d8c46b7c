/**
 * Which nodes of a graph become int8, and which values must be calibrated for that. What is listed here was measured to
 * become int8 kernels of ONNX Runtime 1.30 (by reading the optimized graph); everything else stays float.
 */
import type { Tensor } from '@skerry/agent/ports';
import { fromUtf8 } from '@skerry/proto/bytes';
import type { onnx } from '@skerry/proto/wire';
import { initializersOf, intAttribute, type Model } from '../graph/reader.ts';
import type { Range } from './affine.ts';
import { readBy } from './prepare.ts';

/** A product with constant weights: where the time goes. */
export interface PlannedProduct {
  kind: 'product';
  node: onnx.INodeProto;
  /** The value it reads. */
  activation: string;
  weight: string;
  /** Dimension of the weight that its outputs run along: one scale each. */
  weightAxis: number;
  bias: string | undefined;
  /**
   * The value that is quantized behind it: its own output, or that of the Relu or Clip that only it feeds. Undefined
   * where the output stays float: a Gemm or MatMul whose readers compute in float keeps its whole precision and still is
   * int8.
   */
  output: string | undefined;
}

/** A node between products that takes and gives int8, so that nothing is turned to float and back on the way. */
export interface PlannedBetween {
  kind: 'between';
  node: onnx.INodeProto;
  /** The values it computes on (not shapes and the like). */
  inputs: string[];
  output: string;
}

export type PlannedNode = PlannedProduct | PlannedBetween;

// They compute on numbers, so their outputs have ranges of their own.
const COMPUTING = new Set([
  'Add',
  'AveragePool',
  'Concat',
  'GlobalAveragePool',
  'LeakyRelu',
  'Mul',
  'Sigmoid',
]);
// They only move numbers, so their outputs have the range of their input.
const MOVING = new Set(['Flatten', 'MaxPool', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze']);
// They vanish in the clipping of the quantization behind them.
const CLIPPING = new Set(['Relu', 'Clip']);

/** How a node is called in reports and by `--exclude`: its name, or that of its output where it has none. */
export function layerName(node: onnx.INodeProto): string {
  return node.name || (node.output?.[0] ?? '');
}

/**
 * The nodes with constant float32 weights whose int8 kernels ONNX Runtime has (Gemm, MatMul, Conv), and the nodes between
 * them that can pass int8 on. Gemm only with alpha = beta = 1, because its int8 bias scale leaves no room for other
 * factors. Nodes named in `exclude` stay float.
 */
export function planQuantization(model: Model, exclude: ReadonlySet<string> = new Set()): PlannedNode[] {
  const constants = initializersOf(model);
  const products = model.graph.node.flatMap((node): PlannedProduct[] => {
    const [activation = '', weight = '', bias] = node.input ?? [];
    const tensor = constants.get(weight);
    const weightAxis = tensor?.type === 'float32' ? weightAxisOf(node, tensor) : undefined;
    const biasFits = !bias || (constants.get(bias)?.dims.length === 1 && node.opType !== 'MatMul');
    if (weightAxis === undefined || constants.has(activation) || !biasFits || exclude.has(layerName(node)))
      return [];
    const output = clippedOutput(model, node);
    return [{ kind: 'product', node, activation, weight, weightAxis, bias: bias || undefined, output }];
  });
  const between = betweenProducts(model, products, exclude);
  const read = new Set([...products.map((p) => p.activation), ...between.flatMap((b) => b.inputs)]);
  const planned = new Map<onnx.INodeProto, PlannedNode>();
  for (const p of products)
    planned.set(
      p.node,
      p.node.opType === 'Conv' || read.has(p.output ?? '') ? p : { ...p, output: undefined },
    );
  for (const b of between) planned.set(b.node, b);
  return model.graph.node.flatMap((node) => planned.get(node) ?? []);
}

/** Nodes all of whose inputs come in int8 and whose output goes on to a product, directly or through others like it. */
function betweenProducts(
  model: Model,
  products: readonly PlannedProduct[],
  exclude: ReadonlySet<string>,
): PlannedBetween[] {
  const wanted = new Set(products.map((p) => p.activation));
  const inInt8 = new Set([...wanted, ...products.flatMap((p) => p.output ?? [])]);
  const able: PlannedBetween[] = [];
  for (const node of model.graph.node) {
    const inputs = dataInputs(node);
    if (inputs.length === 0 || exclude.has(layerName(node)) || !inputs.every((i) => inInt8.has(i))) continue;
    const output = COMPUTING.has(node.opType ?? '') ? clippedOutput(model, node) : (node.output?.[0] ?? '');
    able.push({ kind: 'between', node, inputs, output });
    inInt8.add(output);
  }
  const kept: PlannedBetween[] = [];
  for (const one of able.reverse()) {
    if (!wanted.has(one.output)) continue;
    for (const input of one.inputs) wanted.add(input);
    kept.push(one);
  }
  return kept;
}

function dataInputs(node: onnx.INodeProto): string[] {
  const inputs = node.input ?? [];
  if (node.domain || (node.output?.length ?? 0) > 1) return [];
  if (COMPUTING.has(node.opType ?? '')) return [...inputs];
  return moves(node) ? inputs.slice(0, 1) : [];
}

function moves(node: onnx.INodeProto): boolean {
  return MOVING.has(node.opType ?? '') || (node.opType === 'Resize' && isNearest(node));
}

function isNearest(node: onnx.INodeProto): boolean {
  const mode = node.attribute?.find((a) => a.name === 'mode')?.s;
  return !mode || fromUtf8(mode) === 'nearest';
}

function weightAxisOf(node: onnx.INodeProto, weight: Tensor): number | undefined {
  switch (node.opType) {
    case 'Gemm': {
      const factor = (name: string): number => node.attribute?.find((a) => a.name === name)?.f ?? 1;
      if (factor('alpha') !== 1 || factor('beta') !== 1 || intAttribute(node, 'transA', 0) !== 0)
        return undefined;
      return intAttribute(node, 'transB', 0) === 1 ? 0 : 1;
    }
    case 'MatMul':
      return weight.dims.length === 2 ? 1 : undefined;
    case 'Conv':
      return 0;
    default:
      return undefined;
  }
}

/** A node's output, or that of the clipping node that alone reads it. */
function clippedOutput(model: Model, node: onnx.INodeProto): string {
  const output = node.output?.[0] ?? '';
  const readers = model.graph.node.filter((n) => readBy(n).has(output));
  const isResult = model.graph.output?.some((o) => o.name === output);
  const clips = readers.length === 1 && CLIPPING.has(readers[0]!.opType ?? '') && !isResult;
  return clips ? (readers[0]!.output?.[0] ?? output) : output;
}

/** From the output of a planned node that only moves numbers to the value they come from: both share one range. */
export function sharedRanges(plan: readonly PlannedNode[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const p of plan) {
    if (p.kind !== 'between' || !moves(p.node)) continue;
    const input = p.inputs[0]!;
    sources.set(p.output, sources.get(input) ?? input);
  }
  return sources;
}

/** The values whose ranges a plan needs, each once. */
export function calibratedValues(plan: readonly PlannedNode[]): string[] {
  return [
    ...new Set(
      plan.flatMap((p) => {
        const inputs = p.kind === 'product' ? [p.activation] : p.inputs;
        return p.output === undefined ? inputs : [...inputs, p.output];
      }),
    ),
  ];
}

/** Ranges that values have whatever the input: widening these would only waste levels. */
export function boundedRanges(model: Model): Map<string, Range> {
  const sigmoids = model.graph.node.filter((n) => n.opType === 'Sigmoid');
  return new Map(sigmoids.map((n) => [n.output?.[0] ?? '', { min: 0, max: 1 }]));
}
