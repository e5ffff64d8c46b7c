/** Gives a value of a graph another name, wherever it stands: in nodes, branches, loop bodies, and what is said of it. */
import { fromUtf8, utf8 } from '../bytes.ts';
import { changeFields } from './fields.ts';

// Field numbers of onnx.proto.
const NODE = { input: 1, output: 2, attribute: 5 } as const;
const ATTRIBUTE = { graph: 6, graphs: 11 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const TENSOR_NAME = 8;
const VALUE_INFO_NAME = 1;

/** New names by old ones. */
export type Names = ReadonlyMap<string, string>;

/** A node's bytes with what it takes, and what it gives, renamed. */
export function renameInNode(node: Uint8Array, names: Names): Uint8Array {
  return changeFields(node, (number, content) => {
    if (number === NODE.input || number === NODE.output) return renamed(content, names);
    if (number !== NODE.attribute) return undefined;
    return [
      changeFields(content, (inner, graph) =>
        inner === ATTRIBUTE.graph || inner === ATTRIBUTE.graphs ? [renameInGraph(graph, names)] : undefined,
      ),
    ];
  });
}

// A branch sees the names around it; its own inputs and outputs can't have the same (names are given once in ONNX).
function renameInGraph(graph: Uint8Array, names: Names): Uint8Array {
  return changeFields(graph, (number, content) =>
    number === GRAPH.node ? [renameInNode(content, names)] : undefined,
  );
}

/** An initializer's bytes under its new name. */
export function renameTensor(tensor: Uint8Array, names: Names): Uint8Array {
  return changeFields(tensor, (number, content) =>
    number === TENSOR_NAME ? renamed(content, names) : undefined,
  );
}

/** What is said of a value (its type), under its new name. */
export function renameValueInfo(info: Uint8Array, names: Names): Uint8Array {
  return changeFields(info, (number, content) =>
    number === VALUE_INFO_NAME ? renamed(content, names) : undefined,
  );
}

function renamed(content: Uint8Array, names: Names): Uint8Array[] | undefined {
  const to = names.get(fromUtf8(content));
  return to === undefined ? undefined : [utf8(to)];
}
