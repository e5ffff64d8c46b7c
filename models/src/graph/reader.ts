/** Reads ONNX models: what a graph takes, gives, holds and does. Reads structure only; nothing is executed. */
import type { Tensor } from '@skerry/agent/ports';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decode, onnx } from '@skerry/proto/wire';
import type { Dim } from './builder.ts';
import { fromTensorProto } from './tensor.ts';

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
    throw new SkerryError('invalid', `not an ONNX model: ${messageOf(cause)}`, { cause });
  }
  if (!model.graph?.node?.length) throw new SkerryError('invalid', 'not an ONNX model: it holds no graph');
  return model as Model;
}

/** The version of the standard operator set that a model asks for. */
export function opsetOf(model: Model): number {
  return model.opsetImport?.find((o) => !o.domain || o.domain === 'ai.onnx')?.version ?? 0;
}

/** A graph's outputs with their shapes; free dimensions are named, or '' where nameless. */
export function outputsOfGraph(model: Model): ValueShape[] {
  return (model.graph.output ?? []).map(shapeOf);
}

function shapeOf(value: onnx.IValueInfoProto): ValueShape {
  const tensor = value.type?.tensorType;
  return {
    name: value.name ?? '',
    elementType: tensor?.elemType ?? 0,
    dims: (tensor?.shape?.dim ?? []).map((d) => d.dimParam || (d.dimValue ?? '')),
  };
}

/** A graph's initializers by name. Throws SkerryError unsupported on types without a plain array. */
export function initializersOf(model: Model): Map<string, Tensor> {
  return new Map((model.graph.initializer ?? []).map((t) => [t.name ?? '', fromTensorProto(t)]));
}

/** A whole-number attribute of a node, or `fallback`. */
export function intAttribute(node: onnx.INodeProto, name: string, fallback: number): number {
  return node.attribute?.find((a) => a.name === name)?.i ?? fallback;
}
