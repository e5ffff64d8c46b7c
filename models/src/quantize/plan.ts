/** Which nodes of a graph become int8, and which values must be calibrated for that. */
import type { Tensor } from '@skerry/agent/ports';
import type { onnx } from '@skerry/proto/wire';
import { initializersOf, intAttribute, type Model } from '../graph/reader.ts';

/** One node to quantize. */
export interface PlannedNode {
  node: onnx.INodeProto;
  /** The value it reads. */
  activation: string;
  weight: string;
  /** Dimension of the weight that its outputs run along: one scale each. */
  weightAxis: number;
  bias: string | undefined;
  /**
   * The value that is quantized behind it: its own output, or that of the Relu that only it feeds. Undefined where the
   * output stays float: a Gemm or MatMul whose readers compute in float keeps its whole precision and still is int8.
   */
  output: string | undefined;
}

/**
 * The nodes with constant float32 weights whose int8 kernels ONNX Runtime has: Gemm, MatMul, Conv (measured for 1.30).
 * Gemm only with alpha = beta = 1, because its int8 bias scale leaves no room for other factors.
 */
export function planQuantization(model: Model): PlannedNode[] {
  const constants = initializersOf(model);
  const planned = model.graph.node.flatMap((node): PlannedNode[] => {
    const [activation = '', weight = '', bias] = node.input ?? [];
    const tensor = constants.get(weight);
    const weightAxis = tensor?.type === 'float32' ? weightAxisOf(node, tensor) : undefined;
    const biasFits = !bias || (constants.get(bias)?.dims.length === 1 && node.opType !== 'MatMul');
    if (weightAxis === undefined || constants.has(activation) || !biasFits) return [];
    return [
      { node, activation, weight, weightAxis, bias: bias || undefined, output: fusedOutput(model, node) },
    ];
  });
  const read = new Set(planned.map((p) => p.activation));
  return planned.map((p) =>
    p.node.opType === 'Conv' || read.has(p.output ?? '') ? p : { ...p, output: undefined },
  );
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

function fusedOutput(model: Model, node: onnx.INodeProto): string {
  const output = node.output?.[0] ?? '';
  const consumers = model.graph.node.filter((n) => n.input?.includes(output));
  const isResult = model.graph.output?.some((o) => o.name === output);
  const relu =
    consumers.length === 1 && consumers[0]!.opType === 'Relu' && !isResult ? consumers[0] : undefined;
  return relu?.output?.[0] ?? output;
}

/** The values whose ranges a plan needs, each once. */
export function calibratedValues(plan: readonly PlannedNode[]): string[] {
  return [
    ...new Set(plan.flatMap((p) => (p.output === undefined ? [p.activation] : [p.activation, p.output]))),
  ];
}
