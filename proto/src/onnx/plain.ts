/**
 * Makes a graph one that takes and gives plain tensors, since the runtime's binding takes no half-width floats and gives
 * no maps and sequences:
 *
 *   input  x float16           →  x float32 → Cast → what took x
 *   output y float16           →  what gave y → Cast → y float32
 *   ZipMap(p) → y              →  y = p, float32 [rows, classes]; the classes are kept in the model's metadata
 *   SequenceConstruct(a,b) → y →  outputs `y.0`, `y.1`; that they belong together is kept in the metadata
 *
 * Names of inputs and outputs stay. Nothing else of the file changes by a byte, the same bytes always give the same
 * bytes, and a model that is plain already comes back as it is. What was a map or a sequence can be put together again
 * from the metadata (`structuresOf`).
 */
import { fromUtf8 } from '../bytes.ts';
import { SkerryError } from '../errors.ts';
import { decode, encode, onnx } from '../wire.ts';
import { changeFields, type NewField } from './fields.ts';
import { allNodes, describeType, inputsOfGraph, type Model, readModel } from './graph.ts';
import { GRAPH, renameInNode, renameTensor, renameValueInfo } from './rename.ts';
import { STRUCTURE_PREFIX, type Structure } from './structures.ts';
import { BFLOAT16, dataTypeOf, elementTypeName, FLOAT16, plainTypeOf } from './tensor.ts';

const MODEL = { graph: 7, opsetImport: 8, metadata: 14 } as const;
/** Of the standard operators, where a model imports none. */
const OPSET = 13;

/** What narrow types are cast to and from: ONNX code of the narrow one, code of a plain one that holds all its values. */
const CASTS: ReadonlyMap<number, number> = new Map([
  ...[FLOAT16, BFLOAT16, 17, 18, 19, 20].map((code) => [code, dataTypeOf('float32')] as const),
  [21, dataTypeOf('uint8')],
  [22, dataTypeOf('int8')],
]);

/** A model of plain tensors. */
export interface PlainModel {
  bytes: Uint8Array;
  model: Model;
  /** What was rewritten, one line each; empty where nothing was. */
  changes: string[];
}

/**
 * The model as plain tensors. Throws SkerryError invalid on bytes that are no model, unsupported (every reason at once,
 * with what to do) where an input or output can't be made one.
 */
export function plainModel(bytes: Uint8Array): PlainModel {
  const model = readModel(bytes);
  const edit = new Edit(model);
  for (const input of inputsOfGraph(model)) edit.input(input);
  for (const output of model.graph.output ?? []) edit.output(output);
  if (edit.refusals.length > 0)
    throw new SkerryError('unsupported', edit.refusals.join('; '), { hint: edit.hint });
  if (edit.changes.length === 0) return { bytes, model, changes: [] };
  const rewritten = edit.apply(bytes);
  return { bytes: rewritten, model: readModel(rewritten), changes: edit.changes };
}

/** Gathers what is to be changed, then changes it in one pass over the bytes. */
class Edit {
  readonly changes: string[] = [];
  readonly refusals: string[] = [];
  hint = 'let the graph take and give tensors: cast, or leave the conversion to the program around it';
  readonly #model: Model;
  readonly #taken: Set<string>;
  /** New names of values whose own name an input or output keeps. */
  readonly #names = new Map<string, string>();
  /** What inputs and outputs become; none removes it. */
  readonly #inputs = new Map<string, onnx.IValueInfoProto>();
  readonly #outputs = new Map<string, readonly onnx.IValueInfoProto[]>();
  readonly #first: onnx.INodeProto[] = [];
  readonly #last: onnx.INodeProto[] = [];
  /** Outputs of nodes that go. */
  readonly #dropped = new Set<string>();
  readonly #structures: [output: string, structure: Structure][] = [];

  constructor(model: Model) {
    this.#model = model;
    const { graph } = model;
    this.#taken = new Set([
      ...(graph.input ?? []).map((v) => v.name ?? ''),
      ...(graph.initializer ?? []).map((t) => t.name ?? ''),
      ...[...allNodes(graph)].flatMap((node) => node.output ?? []),
    ]);
  }

  input(value: onnx.IValueInfoProto): void {
    const name = value.name ?? '';
    const narrow = value.type?.tensorType?.elemType ?? 0;
    if (plainTypeOf(narrow)) return;
    const plain = CASTS.get(narrow);
    if (plain === undefined) {
      this.refusals.push(
        `input "${name}" is ${describeType(value.type)}, and only tensors can be given here`,
      );
      if (value.type?.mapType || value.type?.sequenceType?.elemType?.mapType)
        this.hint =
          'export the model without the step that takes a dictionary (DictVectorizer): let it take the columns as a tensor';
      return;
    }
    const inside = this.#rename(name);
    this.#first.push(cast(name, inside, narrow));
    this.#inputs.set(name, withElementType(value, plain));
    this.changes.push(
      `input "${name}" is cast from ${elementTypeName(plain)} to ${describeType(value.type)}`,
    );
  }

  output(value: onnx.IValueInfoProto): void {
    const name = value.name ?? '';
    const narrow = value.type?.tensorType?.elemType ?? 0;
    if (plainTypeOf(narrow)) return;
    const plain = CASTS.get(narrow);
    if (plain === undefined) {
      this.#structure(value, name);
      return;
    }
    this.#outputs.set(name, [withElementType(value, plain)]);
    this.changes.push(
      `output "${name}" is cast from ${describeType(value.type)} to ${elementTypeName(plain)}`,
    );
    // What is an input at the same time has been cast there.
    if (this.#inputs.has(name)) return;
    this.#last.push(cast(this.#rename(name), name, plain));
  }

  #structure(value: onnx.IValueInfoProto, name: string): void {
    const node = this.#model.graph.node.find((n) => n.output?.includes(name));
    if (node?.opType === 'ZipMap' && node.domain === 'ai.onnx.ml') this.#zipMap(node, name);
    else if (node?.opType === 'SequenceConstruct') this.#sequence(node, value, name);
    else {
      this.refusals.push(
        `output "${name}" is ${describeType(value.type)}, made by ${node?.opType ?? 'no operator'}, which can't be told as tensors`,
      );
      this.hint =
        'leave that output out of the graph, or let it give a tensor (ConcatFromSequence makes one)';
    }
  }

  #zipMap(node: onnx.INodeProto, name: string): void {
    const strings = attributeOf(node, 'classlabels_strings')?.strings ?? [];
    const numbers = attributeOf(node, 'classlabels_int64s')?.ints ?? [];
    const keys = strings.length > 0 ? 'string' : 'int64';
    const labels = strings.length > 0 ? strings.map((s) => fromUtf8(s)) : numbers.map(String);
    this.#take(node, name);
    this.#last.push({ opType: 'Identity', name: `plain:${name}`, input: [node.input![0]!], output: [name] });
    this.#outputs.set(name, [tensorInfo(name, dataTypeOf('float32'))]);
    this.#structures.push([name, { kind: 'maps', keys, labels }]);
    this.changes.push(`output "${name}" is a tensor with one column a class (${labels.join(', ')})`);
  }

  #sequence(node: onnx.INodeProto, value: onnx.IValueInfoProto, name: string): void {
    const element = value.type?.sequenceType?.elemType?.tensorType?.elemType ?? 0;
    const plain = plainTypeOf(element) ? element : CASTS.get(element);
    if (plain === undefined) {
      this.refusals.push(`output "${name}" is ${describeType(value.type)}, whose elements can't be told`);
      return;
    }
    this.#take(node, name);
    const tensors = (node.input ?? []).map((input, i) => {
      const part = this.#free(`${name}.${i}`);
      this.#last.push(
        plain === element
          ? { opType: 'Identity', name: `plain:${part}`, input: [input], output: [part] }
          : cast(input, part, plain),
      );
      return part;
    });
    this.#outputs.set(
      name,
      tensors.map((part) => tensorInfo(part, plain)),
    );
    this.#structures.push([name, { kind: 'sequence', tensors }]);
    this.changes.push(`output "${name}" is given as tensors ${tensors.join(', ')}`);
  }

  // The node goes; where others take what it gave, it stays and gives it under another name.
  #take(node: onnx.INodeProto, name: string): void {
    const isUsed = [...allNodes(this.#model.graph)].some((n) => n !== node && n.input?.includes(name));
    if (isUsed) this.#rename(name);
    else this.#dropped.add(name);
  }

  #rename(name: string): string {
    const inside = this.#free(`${name}.inside`);
    this.#names.set(name, inside);
    return inside;
  }

  #free(wanted: string): string {
    let name = wanted;
    while (this.#taken.has(name)) name += '_';
    this.#taken.add(name);
    return name;
  }

  apply(bytes: Uint8Array): Uint8Array {
    const metadata = this.#structures.map(([output, structure]): NewField => {
      const entry = { key: `${STRUCTURE_PREFIX}${output}`, value: JSON.stringify(structure) };
      return [MODEL.metadata, encode(onnx.StringStringEntryProto, entry)];
    });
    const standard = this.#model.opsetImport?.some((o) => !o.domain || o.domain === 'ai.onnx');
    const opset: NewField[] = standard
      ? []
      : [[MODEL.opsetImport, encode(onnx.OperatorSetIdProto, { domain: '', version: OPSET })]];
    return changeFields(
      bytes,
      (number, content) => (number === MODEL.graph ? [this.#applyToGraph(content)] : undefined),
      { first: opset, last: metadata },
    );
  }

  #applyToGraph(graph: Uint8Array): Uint8Array {
    const names = this.#names;
    return changeFields(
      graph,
      (number, content) => {
        switch (number) {
          case GRAPH.node: {
            const outputs = decode(onnx.NodeProto, content).output ?? [];
            if (outputs.some((output) => this.#dropped.has(output))) return [];
            return names.size > 0 ? [renameInNode(content, names)] : undefined;
          }
          case GRAPH.initializer:
            return names.size > 0 ? [renameTensor(content, names)] : undefined;
          case GRAPH.valueInfo:
            return this.#dropped.has(infoName(content)) ? [] : [renameValueInfo(content, names)];
          case GRAPH.input: {
            const info = this.#inputs.get(infoName(content));
            return info && [encode(onnx.ValueInfoProto, info)];
          }
          case GRAPH.output:
            return this.#outputs.get(infoName(content))?.map((info) => encode(onnx.ValueInfoProto, info));
          default:
            return undefined;
        }
      },
      { first: nodesOf(this.#first), last: nodesOf(this.#last) },
    );
  }
}

// Casts of inputs come before everything, the rest behind all that it takes: ONNX wants nodes in order.
function nodesOf(nodes: readonly onnx.INodeProto[]): NewField[] {
  return nodes.map((node) => [GRAPH.node, encode(onnx.NodeProto, node)]);
}

function cast(input: string, output: string, to: number): onnx.INodeProto {
  const attribute = [{ name: 'to', type: onnx.AttributeProto.AttributeType.INT, i: to }];
  return { opType: 'Cast', name: `plain:${output}`, input: [input], output: [output], attribute };
}

function attributeOf(node: onnx.INodeProto, name: string): onnx.IAttributeProto | undefined {
  return node.attribute?.find((a) => a.name === name);
}

function withElementType(value: onnx.IValueInfoProto, elemType: number): onnx.IValueInfoProto {
  return { ...value, type: { ...value.type, tensorType: { ...value.type?.tensorType, elemType } } };
}

function tensorInfo(name: string, elemType: number): onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType } } };
}

function infoName(valueInfo: Uint8Array): string {
  return decode(onnx.ValueInfoProto, valueInfo).name ?? '';
}
