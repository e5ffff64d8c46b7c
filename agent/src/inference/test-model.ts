/** Tiny ONNX models for tests, written field by field. */
import { ELEMENT_TYPES, type TensorType } from '@skerry/proto/onnx/tensor';
import { encode, onnx } from '@skerry/proto/wire';

const FLOAT = ELEMENT_TYPES.float32;

/**
 * `score = window · weights + bias`, the window flattened: input `window` float32 [batch, time, channels], output
 * `score` float32 [batch, 1]; `weights` has time × channels entries.
 */
export function gemmModel(options: {
  time: number;
  channels: number;
  weights: readonly number[];
  bias: number;
}): Uint8Array {
  const size = options.time * options.channels;
  return model(
    [
      node('Flatten', ['window'], ['flat'], [{ name: 'axis', i: 1, type: 2 }]),
      node('Gemm', ['flat', 'w', 'b'], ['score']),
    ],
    [value('window', FLOAT, ['batch', options.time, options.channels])],
    [value('score', FLOAT, ['batch', 1])],
    [
      { name: 'w', dataType: FLOAT, dims: [size, 1], floatData: [...options.weights] },
      { name: 'b', dataType: FLOAT, dims: [1], floatData: [options.bias] },
    ],
  );
}

/**
 * Remembers: `score` [batch, 1] is the sum of everything in the device's windows so far. Input `window` float32
 * [batch, 4], `sum_in` and output `sum_out` with the batch in the middle of [1, batch, 1] (or `batch`, where fixed).
 */
export function summingModel(batch: string | number = 'batch'): Uint8Array {
  return model(
    [
      node('ReduceSum', ['window', 'axes'], ['sum'], [{ name: 'keepdims', i: 1, type: 2 }]),
      node('Unsqueeze', ['sum', 'first'], ['new']),
      node('Add', ['new', 'sum_in'], ['sum_out']),
      node('Squeeze', ['sum_out', 'first'], ['score']),
    ],
    [value('window', FLOAT, [batch, 4]), value('sum_in', FLOAT, [1, batch, 1])],
    [value('score', FLOAT, [batch, 1]), value('sum_out', FLOAT, [1, batch, 1])],
    [
      { name: 'axes', dataType: ELEMENT_TYPES.int64, dims: [1], int64Data: [1] },
      { name: 'first', dataType: ELEMENT_TYPES.int64, dims: [1], int64Data: [0] },
    ],
  );
}

/** Gives every input `in_TYPE` [n] back as `out_TYPE` [n]. */
export function identityModel(types: readonly TensorType[]): Uint8Array {
  return model(
    types.map((t) => node('Identity', [`in_${t}`], [`out_${t}`])),
    types.map((t) => value(`in_${t}`, ELEMENT_TYPES[t], ['n'])),
    types.map((t) => value(`out_${t}`, ELEMENT_TYPES[t], ['n'])),
    [],
  );
}

/** A model of these nodes. */
export function model(
  nodes: onnx.INodeProto[],
  input: onnx.IValueInfoProto[],
  output: onnx.IValueInfoProto[],
  initializer: onnx.ITensorProto[] = [],
): Uint8Array {
  return encode(onnx.ModelProto, {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { name: 'test', node: nodes, input, output, initializer },
  });
}

/** A node, named after its first output. */
export function node(
  opType: string,
  input: string[],
  output: string[],
  attribute: onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, input, output, name: output[0]!, attribute };
}

/** An input or output: name, ONNX code of its element type, dimensions. */
export function value(name: string, elemType: number, dims: (string | number)[]): onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
