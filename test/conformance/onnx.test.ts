// What operators bring: other people's models answer here as they do elsewhere.
import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createOrtWasmBackend } from '@skerry/agent/adapters/ort-web';
import { describe, expect, test } from 'vitest';
import { dataFolder, failureOf, modelsIn, printRows } from './onnx.ts';

const native = createOrtNodeBackend();
const wasm = createOrtWasmBackend();

/**
 * Transforms whose exact zeros are sums that cancel: each term is rounded to float32, so what is left is a few steps of the
 * greatest terms and no share of the sum. A step at 945, the greatest value of dft_axis, is 6e-5.
 */
const CANCELLING: Readonly<Record<string, number>> = { dft_axis: 5e-4, stft: 1e-4 };

const models = dataFolder('onnx');
const operators = dataFolder('onnx_node_tests');

test('other people’s models are tried where SKERRY_DATA names them', ({ skip }) => {
  if (!models || !operators) skip('SKERRY_DATA is not set: no foreign model was tried');
});

describe.skipIf(!models)('models from elsewhere', () => {
  test('every one answers what its source says, maps with their labels included', async () => {
    const rows: string[][] = [];
    for (const name of modelsIn(models!)) {
      const folder = join(models!, name);
      rows.push([
        name,
        (await failureOf(native, folder)) ?? 'native: right',
        (await failureOf(wasm, folder)) ?? 'wasm: right',
      ]);
    }
    printRows('models from elsewhere', rows);
    expect(rows.filter(([, onNative]) => onNative !== 'native: right')).toEqual([]);
    expect(rows.filter(([, , onWasm]) => onWasm !== 'wasm: right')).toEqual([]);
    expect(rows).toHaveLength(9);
  });
});

describe.skipIf(!operators)("ONNX's own tests of its operators", () => {
  test('all pass natively and in WebAssembly, half-width floats by a cast', async () => {
    const rows: string[][] = [];
    for (const name of modelsIn(operators!)) {
      const folder = join(operators!, name);
      rows.push([
        name,
        (await failureOf(native, folder, CANCELLING[name])) ?? 'native: right',
        (await failureOf(wasm, folder, CANCELLING[name])) ?? 'wasm: right',
      ]);
    }
    printRows("ONNX's own tests of its operators", rows);
    expect(rows.filter((row) => !row.slice(1).every((outcome) => outcome.endsWith(': right')))).toEqual([]);
    expect(rows.length).toBeGreaterThan(40);
  });
});
