/**
 * Writes ONNX models node by node: opset 17 of the standard domain, IR version 8 (what every ONNX Runtime since 1.12
 * reads). The same calls always give the same bytes: fields are encoded in order of declaration, nothing is stamped.
 *
 *   const g = new GraphBuilder('double');
 *   const x = g.input('x', 'float32', ['batch', 2]);
 *   g.output(g.node('Add', [x, x], { output: 'y' }), 'float32', ['batch', 2]);
 *   const bytes = encodeModel(g.build());
 */
import type { Tensor, TensorType } from '@skerry/agent/ports';
import { utf8 } from '@skerry/proto/bytes';
import type { Dim } from '@skerry/proto/onnx/graph';
import { encode, onnx } from '@skerry/proto/wire';
import { dataTypeOf, float32, toTensorProto } from './tensor.ts';

export const OPSET = 17;
const IR_VERSION = 8;

/** What attributes of a node may be: whole numbers become INT, others FLOAT; `float` makes a whole one FLOAT. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** Builds one graph. Values are known by name; every helper returns the name of what it computes. */
export class GraphBuilder {
  readonly #graph: onnx.IGraphProto & {
    node: onnx.INodeProto[];
    initializer: onnx.ITensorProto[];
    input: onnx.IValueInfoProto[];
    output: onnx.IValueInfoProto[];
  };
  #made = 0;

  constructor(name: string) {
    this.#graph = { name, node: [], initializer: [], input: [], output: [] };
  }

  /** Declares an input. */
  input(name: string, type: TensorType, dims: readonly Dim[]): string {
    this.#graph.input.push(valueInfo(name, type, dims));
    return name;
  }

  /** Declares an existing value an output. */
  output(name: string, type: TensorType, dims: readonly Dim[]): void {
    this.#graph.output.push(valueInfo(name, type, dims));
  }

  /** Adds a constant (an initializer). */
  constant(name: string, tensor: Tensor): string {
    this.#graph.initializer.push(toTensorProto(name, tensor));
    return name;
  }

  /** Adds a float32 scalar constant. */
  scalar(name: string, value: number): string {
    return this.constant(name, float32([], [value]));
  }

  /** Adds a node and returns its first output, named `output` or after its operator; `unused` names further ones. */
  node(
    opType: string,
    inputs: readonly string[],
    options: {
      output?: string;
      unused?: readonly string[];
      attributes?: Readonly<Record<string, AttributeValue>>;
    } = {},
  ): string {
    const output = options.output ?? `${opType.toLowerCase()}_${this.#made}`;
    this.#made++;
    this.#graph.node.push({
      name: `${opType}:${output}`,
      opType,
      input: [...inputs],
      output: [output, ...(options.unused ?? [])],
      attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }

  /** `a · b + c` over matrices (never MatMul and Add: only Gemm becomes one int8 kernel). */
  gemm(a: string, b: string, c?: string, output?: string): string {
    return this.node('Gemm', c === undefined ? [a, b] : [a, b, c], output === undefined ? {} : { output });
  }

  /** Sums over `axes`; they stay as size 1 with `keepDims`. */
  reduceSum(data: string, axes: string, keepDims: boolean, output?: string): string {
    return this.node('ReduceSum', [data, axes], {
      attributes: { keepdims: keepDims ? 1 : 0 },
      ...(output === undefined ? {} : { output }),
    });
  }

  /** The finished model. */
  build(options: { producer?: string; metadata?: Readonly<Record<string, string>> } = {}): onnx.IModelProto {
    return {
      irVersion: IR_VERSION,
      producerName: options.producer ?? 'skerry-model',
      opsetImport: [{ domain: '', version: OPSET }],
      metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
      graph: this.#graph,
    };
  }
}

/** The bytes of a model. */
export function encodeModel(model: onnx.IModelProto): Uint8Array {
  return encode(onnx.ModelProto, model);
}

/** Name, element type and shape of a graph's input or output. */
export function valueInfo(name: string, type: TensorType, dims: readonly Dim[]): onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: dataTypeOf(type), shape: { dim } } } };
}

/** One attribute of a node. */
export function attribute(name: string, value: AttributeValue): onnx.IAttributeProto {
  const Type = onnx.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: Type.STRING, s: utf8(value) };
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? { name, type: Type.INT, i: value }
      : { name, type: Type.FLOAT, f: value };
  if ('float' in value) return { name, type: Type.FLOAT, f: value.float };
  return { name, type: Type.INTS, ints: [...value] };
}
