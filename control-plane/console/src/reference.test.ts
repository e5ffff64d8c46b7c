import { encode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { readReference } from './reference.ts';

const SIGNALS = [
  {
    name: 'vibration',
    isOutput: false,
    edges: [0.5, 1],
    counts: [0, 127, 128, 70_000, 2 ** 40],
    n: 99,
    mean: 1.5,
    nulls: [{ block: 50, measures: [{ measure: 'psi', quantiles: [0.1, 0.2] }] }],
  },
  { name: 'score', isOutput: true, counts: [3] },
];

test('a reference is read as the message that it was written as', () => {
  expect(readReference(encode(v1.DriftReference, { signals: SIGNALS }))).toEqual(
    SIGNALS.map(({ name, isOutput, edges = [], counts }) => ({ name, isOutput, edges, counts })),
  );
});

test('a reference that is cut short is refused at whatever byte', () => {
  const whole = encode(v1.DriftReference, { signals: [SIGNALS[0]!] });
  for (let length = 1; length < whole.length; length++)
    expect(() => readReference(whole.subarray(0, length))).toThrow('cut short');
});
