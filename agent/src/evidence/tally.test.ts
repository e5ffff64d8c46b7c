import { buildSignalReference } from '@skerry/proto/drift/reference';
import { decode, encode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { testRelease } from '../pipeline/test-pipeline.ts';
import type { Inferred } from '../pipeline/types.ts';
import { Tally } from './tally.ts';
import type { Activation } from './types.ts';

const score = buildSignalReference(
  'score',
  true,
  Float64Array.from({ length: 100 }, (_, i) => i / 100),
  { samplesPerHour: 3_600 },
);
const activation: Activation = {
  manifest: testRelease(
    {},
    {
      output: [
        { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1 },
        { name: 'kind', tensor: 'kind', kind: 'class', labels: ['good', 'bad'] },
      ],
    },
  ),
  digest: 'sha256:1',
  reference: { signals: [score] },
  outcomes: [{ variant: 'int8', backend: 'native', passed: true, detail: 'passed', inferUs: 4 }],
};

type Decided = Parameters<Tally['noteRow']>[0];

function row(decision: string, outputs: Record<string, number | number[]> = {}): Decided {
  return { row: { decision, outputs } as unknown as Decided['row'], alert: undefined };
}

function answered(values: readonly number[]): Inferred {
  const outputs = { score: { width: 1, values: Float32Array.from(values) } };
  return { outputs, inputDigests: new Uint8Array(), variant: '', backend: '', inferUs: 0 };
}

test('every window is in one bin of its outputs, on the edges of the release', () => {
  const tally = new Tally(activation);
  const values = [-5, 0.05, 0.55, 0.999, 40];
  for (const value of values) tally.noteRow(row('normal', { score: value }), answered([value]), 0);
  const [output] = tally.message().outputs!;
  expect(output!.counts).toHaveLength(score.edges!.length + 1);
  expect(output!.counts!.reduce((a, b) => a + b)).toBe(values.length);
  expect([output!.counts![0], output!.counts!.at(-1)]).toEqual([2, 2]);
});

test('a failed run is an error, an output without a number is one too and says which kind', () => {
  const tally = new Tally(activation);
  tally.noteRow(row('error'), { ...answered([]), error: 'out of memory' }, 0);
  tally.noteRow(row('error'), answered([1, Number.NaN]), 1);
  tally.noteRow(row('error'), answered([Number.POSITIVE_INFINITY, 1]), 0);
  tally.noteRow(row('error'), answered([1, Number.NaN]), 0);
  expect(tally.message()).toMatchObject({ windows: 4, errors: 4, nonFinite: 2 });
});

test('only an alert that opens is an episode', () => {
  const tally = new Tally(activation);
  const { EPISODE_STATE_OPEN, EPISODE_STATE_UPDATE, EPISODE_STATE_CLEARED } = v1.EpisodeState;
  for (const state of [EPISODE_STATE_OPEN, EPISODE_STATE_UPDATE])
    tally.noteRow({ ...row('alert', { score: 2 }), alert: { state } }, answered([2]), 0);
  tally.noteRow(
    { ...row('normal', { score: 0 }), alert: { state: EPISODE_STATE_CLEARED } },
    answered([0]),
    0,
  );
  tally.noteRow(row('pending', { score: 2 }), answered([2]), 0);
  expect(tally.message()).toMatchObject({ windows: 4, alerts: 1, alertWindows: 2 });
});

test('a model is as sure as the greatest of its probabilities, and says nothing where they are none', () => {
  const tally = new Tally(activation);
  for (const kind of [[0.9, 0.1], [0.3, 0.7], [3, 4], [-1, 2], 1])
    tally.noteRow(row('normal', { score: 0, kind }), answered([0]), 0);
  const { confidences, confidenceSum } = tally.message();
  expect(confidences).toBe(2);
  expect(confidenceSum).toBeCloseTo(1.6);
});

test('memory is the highest seen', () => {
  let bytes = 5_000;
  const tally = new Tally({ ...activation, memoryBytes: () => bytes });
  tally.noteMemory();
  bytes = 9_000;
  tally.noteMemory();
  bytes = 4_000;
  tally.noteMemory();
  expect(tally.message().memoryBytes).toBe(9_000);
});

test('what was stored goes on as if nothing had happened, a shadow with its comparison', () => {
  const shadow = { ...activation, champion: 'sha256:2' };
  const note = (tally: Tally): void => {
    tally.noteLatency(120, 3);
    tally.noteRow(row('alert', { score: 0.5, kind: [0.25, 0.75] }), answered([0.5]), 0);
    tally.noteShadow({ matched: 2, flips: 1, distance: 0.5, squaredDistance: 0.25, shed: 4 });
  };
  const whole = new Tally(shadow);
  note(whole);
  note(whole);
  const first = new Tally(shadow);
  note(first);
  const stored = decode(v1.ReleaseEvidence, encode(v1.ReleaseEvidence, first.message()));
  const second = new Tally(shadow, stored);
  note(second);
  expect(second.message()).toEqual(whole.message());
  expect(second.message().shadow).toMatchObject({ matched: 4, shedWindows: 8, championDigest: 'sha256:2' });
});
