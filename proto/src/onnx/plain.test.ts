import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { encode, onnx } from '../wire.ts';
import { changeFields, contentOf, fieldsOf } from './fields.ts';
import { describeType, outputsOfGraph, readModel } from './graph.ts';
import { plainModel } from './plain.ts';
import { structuresOf } from './structures.ts';

const FLOAT = 1;
const INT64 = 7;
const HALF = 10;

interface Parts {
  node: onnx.INodeProto[];
  input: onnx.IValueInfoProto[];
  output: onnx.IValueInfoProto[];
  initializer?: onnx.ITensorProto[];
  valueInfo?: onnx.IValueInfoProto[];
  opset?: onnx.IOperatorSetIdProto[];
}

function model({ opset = [{ domain: '', version: 17 }], ...graph }: Parts): Uint8Array {
  return encode(onnx.ModelProto, { irVersion: 8, opsetImport: opset, graph: { name: 'g', ...graph } });
}

function tensor(name: string, elemType: number): onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType, shape: { dim: [{ dimParam: 'n' }, { dimValue: 2 }] } } } };
}

function node(
  opType: string,
  input: string[],
  output: string[],
  more: Partial<onnx.INodeProto> = {},
): onnx.INodeProto {
  return { opType, input, output, ...more };
}

const maps = (name: string, keyType: number): onnx.IValueInfoProto => ({
  name,
  type: {
    sequenceType: { elemType: { mapType: { keyType, valueType: { tensorType: { elemType: FLOAT } } } } },
  },
});

/** Node by node what it takes and gives: `Cast x → x.inside`. */
function wiring(bytes: Uint8Array): string[] {
  return readModel(bytes).graph.node.map((n) => `${n.opType} ${n.input?.join(' ')} → ${n.output?.join(' ')}`);
}

test('a model of plain tensors comes back as the same bytes', () => {
  const bytes = model({
    node: [node('Relu', ['x'], ['y'])],
    input: [tensor('x', FLOAT)],
    output: [tensor('y', FLOAT)],
  });
  const plain = plainModel(bytes);
  expect(plain.bytes).toBe(bytes);
  expect(plain.changes).toEqual([]);
});

test('half-width inputs and outputs are cast inside, and keep their names and shapes', () => {
  const bytes = model({
    node: [node('Relu', ['x'], ['y']), node('Neg', ['y'], ['z'])],
    input: [tensor('x', HALF)],
    output: [tensor('y', HALF), tensor('z', HALF)],
    valueInfo: [tensor('y', HALF)],
  });
  const plain = plainModel(bytes);
  expect(wiring(plain.bytes)).toEqual([
    'Cast x → x.inside',
    'Relu x.inside → y.inside',
    'Neg y.inside → z.inside',
    'Cast y.inside → y',
    'Cast z.inside → z',
  ]);
  const { graph } = readModel(plain.bytes);
  expect([...graph.input!, ...graph.output!].map((v) => `${v.name}: ${describeType(v.type)}`)).toEqual([
    'x: float32 [n, 2]',
    'y: float32 [n, 2]',
    'z: float32 [n, 2]',
  ]);
  expect(graph.valueInfo!.map((v) => v.name)).toEqual(['y.inside']);
  expect(plainModel(plain.bytes).bytes).toBe(plain.bytes);
});

test('branches see a value under its new name', () => {
  const branch = (op: string): onnx.IAttributeProto['g'] => ({
    name: op,
    node: [node(op, ['x'], [`${op}_out`])],
    output: [tensor(`${op}_out`, HALF)],
  });
  const type = onnx.AttributeProto.AttributeType.GRAPH;
  const bytes = model({
    node: [
      node('If', ['c'], ['y'], {
        attribute: [
          { name: 'then_branch', type, g: branch('Neg')! },
          { name: 'else_branch', type, g: branch('Abs')! },
        ],
      }),
    ],
    input: [{ name: 'c', type: { tensorType: { elemType: 9, shape: { dim: [] } } } }, tensor('x', HALF)],
    output: [tensor('y', FLOAT)],
  });
  const branches = readModel(plainModel(bytes).bytes).graph.node.find((n) => n.opType === 'If')!.attribute!;
  expect(branches.map(({ g }) => g!.node![0]!.input)).toEqual([['x.inside'], ['x.inside']]);
});

test('ZipMap becomes the tensor that it zipped; its labels stay with the model', () => {
  const zip = (attribute: onnx.IAttributeProto): Uint8Array =>
    model({
      node: [
        node('Normalizer', ['x'], ['p'], { domain: 'ai.onnx.ml' }),
        node('ZipMap', ['p'], ['probabilities'], { domain: 'ai.onnx.ml', attribute: [attribute] }),
      ],
      input: [tensor('x', FLOAT)],
      output: [maps('probabilities', INT64)],
      opset: [{ domain: 'ai.onnx.ml', version: 1 }],
    });
  const named = plainModel(zip({ name: 'classlabels_strings', type: 8, strings: ['setosa', 'ü'].map(utf8) }));
  expect(wiring(named.bytes)).toEqual(['Normalizer x → p', 'Identity p → probabilities']);
  expect(outputsOfGraph(named.model)).toEqual([{ name: 'probabilities', elementType: FLOAT, dims: [] }]);
  expect(named.model.opsetImport).toContainEqual(expect.objectContaining({ version: 13 }));
  expect(structuresOf(named.model)).toEqual(
    new Map([['probabilities', { kind: 'maps', keys: 'string', labels: ['setosa', 'ü'] }]]),
  );
  const numbered = plainModel(zip({ name: 'classlabels_int64s', type: 7, ints: [3, -1] }));
  expect(structuresOf(numbered.model).get('probabilities')).toEqual({
    kind: 'maps',
    keys: 'int64',
    labels: ['3', '-1'],
  });
});

test('a sequence put together in the graph becomes its parts', () => {
  const bytes = model({
    node: [node('Relu', ['x'], ['a']), node('SequenceConstruct', ['a', 'x'], ['s'])],
    input: [tensor('x', FLOAT)],
    output: [{ name: 's', type: { sequenceType: { elemType: { tensorType: { elemType: FLOAT } } } } }],
  });
  const plain = plainModel(bytes);
  expect(wiring(plain.bytes)).toEqual(['Relu x → a', 'Identity a → s.0', 'Identity x → s.1']);
  expect(outputsOfGraph(plain.model).map((o) => o.name)).toEqual(['s.0', 's.1']);
  expect(structuresOf(plain.model).get('s')).toEqual({ kind: 'sequence', tensors: ['s.0', 's.1'] });
});

test('what is not touched keeps its bytes: unknown fields, and 64-bit integers that no double holds', () => {
  const slice = encode(onnx.NodeProto, node('Slice', ['x'], ['y']));
  // An attribute `ends` with ints = INT64_MAX (ten bytes as ONNX writers do), and a field 99 that nobody knows.
  const ends = [0x2a, 20, 0x0a, 4, 0x65, 0x6e, 0x64, 0x73, 0x42, 9, ...Array(8).fill(0xff), 0x7f, 0xa0, 1, 7];
  const strange = [0x9a, 0x06, 2, 0xab, 0xcd];
  const original = Uint8Array.from([...slice, ...ends, ...strange]);
  const bytes = changeFields(
    model({ node: [], input: [tensor('x', HALF)], output: [tensor('y', HALF)] }),
    (number, content) =>
      number === 7 ? [changeFields(content, () => undefined, { last: [[1, original]] })] : undefined,
  );
  const graph = [...fieldsOf(plainModel(bytes).bytes)].find((f) => f.number === 7)!;
  const inside = contentOf(plainModel(bytes).bytes, graph);
  const nodes = [...fieldsOf(inside)].filter((f) => f.number === 1).map((f) => contentOf(inside, f));
  expect([...nodes[1]!].slice(-(ends.length + strange.length))).toEqual([...ends, ...strange]);
});

test('what no tensor can stand for is refused, everything at once, with what to do', () => {
  const bytes = model({
    node: [
      node('DictVectorizer', ['d'], ['y'], { domain: 'ai.onnx.ml' }),
      node('SplitToSequence', ['y'], ['s']),
    ],
    input: [{ name: 'd', type: { mapType: { keyType: 8, valueType: { tensorType: { elemType: FLOAT } } } } }],
    output: [{ name: 's', type: { sequenceType: { elemType: { tensorType: { elemType: FLOAT } } } } }],
  });
  expect(() => plainModel(bytes)).toThrow(
    expect.objectContaining({
      code: 'unsupported',
      message:
        'input "d" is map of string to float32, and only tensors can be given here; ' +
        'output "s" is sequence of float32, made by SplitToSequence, which can\'t be told as tensors',
      hint: expect.stringContaining('tensor'),
    }),
  );
});

test('bytes that are no whole model are refused as that', () => {
  const bytes = model({
    node: [node('Relu', ['x'], ['y'])],
    input: [tensor('x', FLOAT)],
    output: [tensor('y', FLOAT)],
  });
  expect(() => plainModel(bytes.subarray(0, bytes.length / 2))).toThrow(
    /not an ONNX model, or not a whole one/,
  );
  expect(() => plainModel(utf8('<html>'))).toThrow(/not an ONNX model/);
});
