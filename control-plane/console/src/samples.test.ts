import { expect, test } from 'vitest';
import type { SampleInfo } from './model.ts';
import { labelKeys, nextToLabel, ticksOf } from './samples.ts';

function sampleOf(id: string, label: string | null = null): SampleInfo {
  return {
    agent: 'gw',
    id,
    pipeline: 'p',
    device: 'd',
    release: 'p@1.0.0',
    releaseDigest: 'sha256:a',
    from: '2026-09-21T14:13:20.000Z',
    to: '2026-09-21T14:13:22.000Z',
    reason: 'random',
    inclusion: 0.1,
    score: 0.5,
    threshold: null,
    policy: 0,
    channels: [],
    privateChannels: [],
    label,
    labelledBy: null,
    labelledMs: null,
    receivedMs: 0,
  };
}

test('three labels have the first keys, and those in use the next, the most used first, up to nine', () => {
  expect(labelKeys([])).toEqual(['normal', 'anomaly', 'unsure']);
  const used = ['wear', 'leak', 'wear', 'normal', null].map((label, i) => sampleOf(`${i}`, label));
  expect(labelKeys(used)).toEqual(['normal', 'anomaly', 'unsure', 'wear', 'leak']);
  expect(labelKeys(Array.from({ length: 20 }, (_, i) => sampleOf(`${i}`, `fault-${i}`)))).toHaveLength(9);
});

test('after one comes the next without a label, from the start again at the end, and then none other', () => {
  const samples = [sampleOf('a'), sampleOf('b', 'wear'), sampleOf('c'), sampleOf('d', 'wear')];
  const isDone = (sample: SampleInfo): boolean => sample.label !== null;
  expect(nextToLabel(samples, samples[0]!, isDone).id).toBe('c');
  expect(nextToLabel(samples, samples[2]!, isDone).id).toBe('a');
  expect(nextToLabel(samples, samples[3]!, () => true).id).toBe('d');
});

test('ticks are seconds at a rate, and counted without one', () => {
  expect(ticksOf(3, 2)).toEqual([0, 0.5, 1]);
  expect(ticksOf(3, undefined)).toEqual([0, 1, 2]);
});
