import type { ReleaseManifest } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { expect, test } from 'vitest';
import { answerOf, compare } from './comparison.ts';

const outputs = (...output: object[]): ReleaseManifest => ({ output }) as unknown as ReleaseManifest;
const row = (given: ResultRow['outputs'], decision: ResultRow['decision'] = 'normal'): ResultRow =>
  ({ outputs: given, decision }) as unknown as ResultRow;
const scoring = outputs({ name: 'score', kind: 'anomaly-score' });
const naming = outputs({ name: 'kind', kind: 'class', labels: ['ok', 'worn', 'broken'] });

const score = (value: number | number[], decision: ResultRow['decision'] = 'normal') =>
  answerOf(scoring, row({ score: value }, decision))!;
const named = (kind: number | number[]) => answerOf(naming, row({ kind }))!;

test('scores are apart by their difference, decisions differ or not', () => {
  expect(compare(score(1.5), score(1.25))).toEqual({ isFlip: false, distance: 0.25 });
  expect(compare(score(1.5, 'alert'), score(1.75))).toEqual({ isFlip: true, distance: 0.25 });
  expect(compare(score(1.5, 'alert'), score(1.5, 'pending'))).toEqual({ isFlip: true, distance: 0 });
  // A score per channel is judged by the greatest.
  expect(compare(score([0.5, 3, 1]), score(2))).toEqual({ isFlip: false, distance: 1 });
});

test('classes are the same by their label, whether the model gives a place or probabilities', () => {
  expect(compare(named(1), named([0.1, 0.8, 0.1]))).toEqual({ isFlip: false, distance: 0 });
  expect(compare(named(1), named([0.9, 0, 0.1]))).toEqual({ isFlip: true, distance: 1 });
  const other = outputs({ name: 'kind', kind: 'class', labels: ['worn', 'ok'] });
  expect(compare(named(1), answerOf(other, row({ kind: 0 }))!)).toEqual({ isFlip: false, distance: 0 });
});

test('an error is nothing to compare with', () => {
  expect(answerOf(scoring, row({}, 'error'))).toBeUndefined();
});

test('a release without score or class is compared by what it decides', () => {
  const nothing = outputs({ name: 'shares', kind: 'attribution' });
  const answer = (decision: ResultRow['decision']) => answerOf(nothing, row({}, decision))!;
  expect(compare(answer('normal'), answer('alert'))).toEqual({ isFlip: true, distance: 0 });
});
