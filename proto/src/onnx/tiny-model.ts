/** The smallest model that an agent takes, for tests: `score` [batch] = `window` float32 [batch, …] summed, plus `bias`. */
import { encode, onnx } from '../wire.ts';

const FLOAT = 1;

export function tinyModel(
  bias = 0,
  options: { input?: string; output?: string; rank?: number } = {},
): Uint8Array {
  const { input = 'window', output = 'score', rank = 3 } = options;
  const dims = (names: string[]): onnx.ITypeProto => ({
    tensorType: { elemType: FLOAT, shape: { dim: names.map((dimParam) => ({ dimParam })) } },
  });
  const int = (name: string, i: number): onnx.IAttributeProto => ({ name, i, type: 2 });
  return encode(onnx.ModelProto, {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'tiny',
      node: [
        { opType: 'Flatten', input: [input], output: ['flat'], attribute: [int('axis', 1)] },
        { opType: 'ReduceSum', input: ['flat', 'axes'], output: ['sum'], attribute: [int('keepdims', 0)] },
        { opType: 'Add', input: ['sum', 'bias'], output: [output] },
      ],
      initializer: [
        { name: 'axes', dataType: 7, dims: [1], int64Data: [1] },
        { name: 'bias', dataType: FLOAT, dims: [], floatData: [bias] },
      ],
      input: [{ name: input, type: dims(['batch', 'a', 'b', 'c', 'd'].slice(0, rank)) }],
      output: [{ name: output, type: dims(['batch']) }],
    },
  });
}
