import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import type { Tensor } from '../ports.ts';
import { createGoldenJudge, readGolden } from './golden.ts';
import { testReleases } from './test-release.ts';

const testRelease = testReleases(nodeCrypto);

const score = (...values: number[]): { score: Tensor } => ({
  score: { type: 'float32', dims: [values.length, 1], data: Float32Array.from(values) },
});

function judge(maxFlips = 0) {
  const { manifest, files } = testRelease({ weights: [1, 1, 1, 1], maxFlips });
  return createGoldenJudge(manifest, readGolden(files.get('golden.pb')!)); // answers: 1, 1.25, 0.4
}

test('answers within atol + rtol × |expected| pass, one beyond is named with case, value and margin', () => {
  expect(judge().answer(0, score(1.019))).toBeUndefined();
  expect(judge().answer(0, score(1.021))).toBe('golden case 1: score 1.021, expected 1 ± 0.02');
  expect(judge().answer(1, score(1.2))).toBe('golden case 2: score 1.2, expected 1.25 ± 0.0225');
});

test('NaN, a missing output and another shape are refusals', () => {
  expect(judge().answer(0, score(Number.NaN))).toMatch(/score NaN, expected 1/);
  expect(judge().answer(0, {})).toBe('golden case 1: the model answers no score');
  expect(judge().answer(0, score(1, 1))).toBe('golden case 1: score has shape [2, 1], expected [1, 1]');
});

test('a decision that flips within tolerance counts against maxFlips', () => {
  const { manifest, files } = testRelease({ weights: [0.5, 1, 1, 1], maxFlips: 1 });
  const cases = readGolden(files.get('golden.pb')!); // the first answer lies on the threshold .5
  const flipped = score(0.501);
  const lenient = createGoldenJudge(manifest, [cases[0]!, cases[0]!]);
  expect(lenient.answer(0, flipped)).toBeUndefined();
  expect(lenient.answer(1, flipped)).toMatch(/falls on the other side .*2 such cases, 1 allowed/);
});

test('bytes that are no golden vectors, or hold none, are refused', () => {
  expect(() => readGolden(Uint8Array.of(10, 5, 1))).toThrow(/golden vectors/);
  expect(() => readGolden(new Uint8Array())).toThrow('the golden vectors hold no case');
});
