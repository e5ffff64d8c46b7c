/**
 * Makes a quantized model's file smaller without touching what it computes: of a small net the names and parameters of all
 * the QuantizeLinear and DequantizeLinear nodes weigh as much as its weights. Equal constants become one, inner values get
 * short names, and the nodes that were added none; the operators' own names stay, so that the graph can still be read.
 */
import type { onnx } from '@skerry/proto/wire';
import type { Model } from '../graph/reader.ts';

const ADDED = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'Cast',
  'Mul',
]);

// Scales and zero points; weights are never equal.
const SMALL_BYTES = 4_096;

/** The smaller model. Graphs with branches or loops come back as they are: their bodies read values by name. */
export function compactModel(model: Model): Model {
  const { graph } = model;
  if (graph.node.some((n) => n.attribute?.some((a) => a.g || a.graphs?.length))) return model;
  const names = new Map<string, string>([['', '']]);
  for (const value of [...(graph.input ?? []), ...(graph.output ?? [])])
    names.set(value.name ?? '', value.name ?? '');
  const taken = new Set(names.values());
  let made = 0;
  const renamed = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    let short: string;
    do short = (made++).toString(36);
    while (taken.has(short));
    names.set(name, short);
    return short;
  };
  const initializer = mergeEqual(graph.initializer ?? [], names, renamed);
  const node = graph.node.map((n) => ({
    ...n,
    name: ADDED.has(n.opType ?? '') ? '' : (n.name ?? ''),
    docString: '',
    input: (n.input ?? []).map(renamed),
    output: (n.output ?? []).map(renamed),
    metadataProps: [],
  }));
  return { ...model, docString: '', graph: { ...graph, docString: '', valueInfo: [], node, initializer } };
}

function mergeEqual(
  tensors: readonly onnx.ITensorProto[],
  names: Map<string, string>,
  renamed: (name: string) => string,
): onnx.ITensorProto[] {
  const kept = new Map<string, string>();
  return tensors.flatMap((tensor) => {
    const name = tensor.name ?? '';
    const isSmall = tensor.rawData && tensor.rawData.length <= SMALL_BYTES;
    const key = isSmall && `${tensor.dataType} ${tensor.dims?.join()} ${hex(tensor.rawData!)}`;
    const same = key && kept.get(key);
    // An initializer can be an output too; that name has to stay.
    if (same && !names.has(name)) {
      names.set(name, same);
      return [];
    }
    const short = renamed(name);
    if (key) kept.set(key, short);
    return [{ ...tensor, name: short, docString: '' }];
  });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
