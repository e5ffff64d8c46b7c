import { expect, test } from 'vitest';
import { encode, onnx } from '../wire.ts';
import { type ReadPiece, readOpsets } from './opsets.ts';

function modelOf(opsetImport: onnx.IOperatorSetIdProto[], weightBytes: number): Uint8Array {
  const initializer = [{ name: 'w', dims: [weightBytes], dataType: 3, rawData: new Uint8Array(weightBytes) }];
  return encode(onnx.ModelProto, { irVersion: 8, graph: { name: 'g', initializer }, opsetImport });
}

/** Reads out of memory, and counts. */
function reader(bytes: Uint8Array): { read: ReadPiece; count: () => number } {
  let total = 0;
  return {
    async read(from, to) {
      total += to - from;
      return bytes.subarray(from, to);
    },
    count: () => total,
  };
}

test('operator sets are found behind weights of any size, of which nothing is read', async () => {
  const model = modelOf(
    [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    5_000_000,
  );
  const { read, count } = reader(model);
  expect(await readOpsets(read, model.length)).toEqual({ '': 17, 'ai.onnx.ml': 3 });
  expect(count()).toBeLessThan(10_000);
});

test('the standard domain is one under both its names', async () => {
  const model = modelOf([{ domain: 'ai.onnx', version: 21 }], 10);
  expect(await readOpsets(reader(model).read, model.length)).toEqual({ '': 21 });
});

test('what is no model has none', async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(300).fill(0xff), modelOf([], 10)])
    expect(await readOpsets(reader(bytes).read, bytes.length)).toBeUndefined();
  const endless = new Uint8Array(1_000_000).fill(0x08); // a varint field after the other
  expect(await readOpsets(reader(endless).read, endless.length)).toBeUndefined();
});
