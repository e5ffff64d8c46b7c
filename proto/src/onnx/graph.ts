/** Reads ONNX models: what a graph takes, gives, holds and does. Reads structure only; nothing is executed. */
import { messageOf, SkerryError } from '../errors.ts';
import { decode, onnx } from '../wire.ts';
import { elementTypeName, fromTensorProto, type Tensor } from './tensor.ts';

/** A dimension: its size, or the name of a free one. */
export type Dim = number | string;

/** A model whose graph and node list are known to be there. */
export type Model = onnx.IModelProto & { graph: onnx.IGraphProto & { node: onnx.INodeProto[] } };

/** An output of a graph. */
export interface ValueShape {
  name: string;
  /** ONNX code of the element type; 0 where the value is no tensor or says nothing. */
  elementType: number;
  dims: Dim[];
}

/** Reads a model's bytes. Throws SkerryError invalid on bytes that are no ONNX model with a graph. */
export function readModel(bytes: Uint8Array): Model {
  let model: onnx.IModelProto;
  try {
    model = decode(onnx.ModelProto, bytes);
  } catch (cause) {
    throw new SkerryError('invalid', `not an ONNX model, or not a whole one: ${messageOf(cause)}`, {
      hint: 'compare the file with its source: a download may have broken off',
      cause,
    });
  }
  if (!model.graph?.node?.length) throw new SkerryError('invalid', 'not an ONNX model: it holds no graph');
  return model as Model;
}

/** The version of the standard operator set that a model asks for; 0 where it names none. */
export function opsetOf(model: Model): number {
  return model.opsetImport?.find((o) => !o.domain || o.domain === 'ai.onnx')?.version ?? 0;
}

/** What a graph must be given, in order: its inputs without those that have a value in it (older IR lists both). */
export function inputsOfGraph(model: Model): onnx.IValueInfoProto[] {
  const held = new Set((model.graph.initializer ?? []).map((t) => t.name));
  return (model.graph.input ?? []).filter((input) => !held.has(input.name));
}

/** A graph's outputs with their shapes; free dimensions are named, or '' where nameless. */
export function outputsOfGraph(model: Model): ValueShape[] {
  return (model.graph.output ?? []).map(shapeOf);
}

/** Name, element type and shape of an input or output. */
export function shapeOf(value: onnx.IValueInfoProto): ValueShape {
  const tensor = value.type?.tensorType;
  return {
    name: value.name ?? '',
    elementType: tensor?.elemType ?? 0,
    dims: (tensor?.shape?.dim ?? []).map((d) => d.dimParam || (d.dimValue ?? '')),
  };
}

/** A type as a person reads it: `float32 [batch, 2]`, `sequence of map of int64 to float32`. */
export function describeType(type: onnx.ITypeProto | null | undefined): string {
  if (type?.tensorType) {
    const { elementType, dims } = shapeOf({ type });
    const shape = type.tensorType.shape ? ` [${dims.map((d) => (d === '' ? '?' : d)).join(', ')}]` : '';
    return `${elementTypeName(elementType)}${shape}`;
  }
  if (type?.sequenceType) return `sequence of ${describeType(type.sequenceType.elemType)}`;
  if (type?.optionalType) return `optional ${describeType(type.optionalType.elemType)}`;
  if (type?.mapType)
    return `map of ${elementTypeName(type.mapType.keyType ?? 0)} to ${describeType(type.mapType.valueType)}`;
  return 'a type that is not told';
}

/** A graph's initializers by name. Throws SkerryError unsupported on types without a plain array. */
export function initializersOf(model: Model): Map<string, Tensor> {
  return new Map((model.graph.initializer ?? []).map((t) => [t.name ?? '', fromTensorProto(t)]));
}

/** A whole-number attribute of a node, or `fallback`. */
export function intAttribute(node: onnx.INodeProto, name: string, fallback: number): number {
  return node.attribute?.find((a) => a.name === name)?.i ?? fallback;
}

/** Every node of a graph, those of branches and loop bodies included. */
export function* allNodes(graph: onnx.IGraphProto): Generator<onnx.INodeProto> {
  for (const node of graph.node ?? []) {
    yield node;
    for (const { g, graphs } of node.attribute ?? [])
      for (const inner of [...(g ? [g] : []), ...(graphs ?? [])]) yield* allNodes(inner);
  }
}
