import { parseDocument } from '@skerry/proto/document';
import { describe, expect, test } from 'vitest';
import { compareStage } from './compare.ts';
import type { Metric } from './metrics.ts';
import type { Rollout } from './rollout.ts';
import { addAgent, countOf, emptySample, mergeSamples, type Sample } from './samples.ts';
import { type RolloutSpec, rolloutSpec } from './spec.ts';
import { drawsOf } from './statistics/draws.ts';

function rolloutOf(gates: string, members: number, eligible: number, stages = ''): Rollout {
  const spec: RolloutSpec = parseDocument(
    `apiVersion: skerry/v1
kind: Rollout
release: press@2.0.0
${stages || 'stages: [{ name: canary, agents: 5% }, { name: all, agents: 100% }]'}
gates: ${gates}
`,
    rolloutSpec,
    { file: 'the test' },
  );
  return {
    id: 'ro',
    spec,
    release: { name: 'press', version: '2.0.0', digest: 'd' },
    salt: 'salt',
    createdMs: 0,
    createdBy: 'ola',
    state: { name: 'draft' },
    frozen: [{ stage: 0, members, eligible, atMs: 0 }],
  };
}

function sampleOf(
  metric: Metric,
  arm: Sample['arm'],
  values: readonly number[],
  before?: readonly number[],
  stratum = '',
): Sample {
  const sample = emptySample(metric, arm, stratum);
  values.forEach((value, i) => {
    addAgent(sample, value, before?.[i]);
  });
  return sample;
}

/** Rates that differ between agents by a factor of three or so, the same for the same seed. */
function ratesOf(seed: string, count: number, factor = 1): number[] {
  const draw = drawsOf(seed);
  return Array.from({ length: count }, () => factor * 0.05 * Math.exp(1.1 * (draw() - 0.5)));
}

function judge(rollout: Rollout, samples: readonly Sample[], gate: Metric) {
  return compareStage(rollout, 0, 0, samples).verdicts.find((v) => v.gate === gate)!;
}

describe('comparing a stage', () => {
  test('the same numbers come to the same verdict, in whatever parts shards send them', () => {
    const rollout = rolloutOf('{ alertRate: { maxRatio: 2 } }', 50, 1_000);
    const [stage, control] = [ratesOf('a', 50), ratesOf('b', 950)];
    const whole = [sampleOf('alertRate', 'stage', stage), sampleOf('alertRate', 'control', control)];
    const parts = [0, 1, 2].map((shard) => [
      sampleOf(
        'alertRate',
        'stage',
        stage.filter((_, i) => i % 3 === shard),
      ),
      sampleOf(
        'alertRate',
        'control',
        control.filter((_, i) => i % 3 === shard),
      ),
    ]);
    const verdict = judge(rollout, whole, 'alertRate');
    expect(verdict.verdict).toBe('pass');
    expect(judge(rollout, mergeSamples(parts), 'alertRate').value).toBeCloseTo(verdict.value!, 9);
  });

  test('beyond a thousand agents histograms come to the same verdict, and favour neither arm', () => {
    const rollout = rolloutOf('{ alertRate: { maxRatio: 1.5 } }', 500, 10_000);
    const control = sampleOf('alertRate', 'control', ratesOf('control', 9_500));
    expect(control.own.bins).toHaveLength(64);
    expect(countOf(control.own)).toBe(9_500);
    const good = judge(rollout, [sampleOf('alertRate', 'stage', ratesOf('good', 500)), control], 'alertRate');
    expect(good.verdict).toBe('pass');
    expect(good.value).toBeGreaterThan(0.93);
    expect(good.value).toBeLessThan(1.07);
    const bad = judge(
      rollout,
      [sampleOf('alertRate', 'stage', ratesOf('bad', 500, 2)), control],
      'alertRate',
    );
    expect(bad.verdict).toBe('breach');
  });

  test('what agents were like before takes out how they differ', () => {
    const rollout = rolloutOf('{ alertRate: { maxRatio: 1.2 } }', 8, 40);
    const [before, others] = [ratesOf('mine', 8), ratesOf('others', 32)];
    const worse = before.map((rate) => rate * 1.5);
    const alone = [sampleOf('alertRate', 'stage', worse), sampleOf('alertRate', 'control', others)];
    expect(judge(rollout, alone, 'alertRate').verdict).toBe('hold');
    const paired = [
      sampleOf('alertRate', 'stage', worse, before),
      sampleOf('alertRate', 'control', others, others),
    ];
    expect(judge(rollout, paired, 'alertRate')).toMatchObject({
      verdict: 'breach',
      text: expect.stringMatching(/each against its own past/),
    });
  });

  test('agents are compared within their stratum: a site that differs blames no release', () => {
    const rollout = rolloutOf('{ alertRate: { maxRatio: 1.5 } }', 20, 60);
    // The stage has mostly agents of the noisy site, the control group mostly of the quiet one.
    const samples = [
      sampleOf('alertRate', 'stage', ratesOf('1', 16, 4), undefined, 'noisy'),
      sampleOf('alertRate', 'stage', ratesOf('2', 4), undefined, 'quiet'),
      sampleOf('alertRate', 'control', ratesOf('3', 8, 4), undefined, 'noisy'),
      sampleOf('alertRate', 'control', ratesOf('4', 32), undefined, 'quiet'),
    ];
    expect(judge(rollout, samples, 'alertRate').verdict).not.toBe('breach');
    const unstratified = mergeSamples([samples.map((sample) => ({ ...sample, stratum: '' }))]);
    expect(judge(rollout, unstratified, 'alertRate').verdict).toBe('breach');
  });

  test('a difference that is shown, but within the bound, is no breach', () => {
    const rollout = rolloutOf('{ alertRate: { maxRatio: 2 } }', 100, 1_000);
    const [mine, others] = [ratesOf('mine', 100), ratesOf('others', 900)];
    const samples = [
      sampleOf(
        'alertRate',
        'stage',
        mine.map((rate) => rate * 1.3),
        mine,
      ),
      sampleOf('alertRate', 'control', others, others),
    ];
    const verdict = judge(rollout, samples, 'alertRate');
    expect(verdict.verdict).toBe('pass');
    expect(verdict.test!.harmP).toBeLessThan(0.01);
  });

  test('a small stage that could compare, and held, never passes as a smoke stage at a later look', () => {
    const rollout = rolloutOf('{ alertRate: { maxRatio: 1.25 } }', 5, 10);
    const [mine, others] = [ratesOf('mine', 5), ratesOf('others', 5)];
    const changed = (rates: readonly number[], by: readonly number[]): number[] =>
      rates.map((rate, i) => rate * by[i]!);
    const samples = [
      sampleOf('alertRate', 'stage', changed(mine, [1.1, 0.9, 1.5, 0.8, 1.4]), mine),
      sampleOf('alertRate', 'control', changed(others, [1, 1.2, 0.8, 1.1, 0.9]), others),
    ];
    expect(judge(rollout, samples, 'alertRate')).toMatchObject({
      verdict: 'hold',
      test: { method: 'exact' },
    });
    for (const look of [2, 3, 5]) {
      const later = compareStage(rollout, 0, look, samples);
      expect(later.isReady).toBe(false);
      expect(later.verdicts[0]).toMatchObject({ gate: 'alertRate', verdict: 'hold' });
    }
  });

  test('more agents of the stage silent than of the others is a breach of its own', () => {
    const rollout = rolloutOf('{}', 20, 100);
    const silent = (count: number, of: number): number[] =>
      Array.from({ length: of }, (_, i) => (i < count ? 1 : 0));
    const samples = (stage: number, control: number): Sample[] => [
      sampleOf('silence', 'stage', silent(stage, 20)),
      sampleOf('silence', 'control', silent(control, 80)),
    ];
    expect(judge(rollout, samples(9, 2), 'silence').verdict).toBe('breach');
    expect(judge(rollout, samples(9, 36), 'silence').verdict).toBe('pass');
  });

  test('a shadow is compared with the release that serves beside it, pair by pair', () => {
    const stages = 'stages: [{ name: shadow, mode: shadow, agents: 20% }, { name: all, agents: 100% }]';
    const gates = '{ disagreement: { max: 5% }, latencyP95: { maxRatio: 1.5 } }';
    const rollout = rolloutOf(gates, 20, 100, stages);
    const champion = ratesOf('latency', 20, 400);
    const shadow = (flips: number, factor: number): Sample[] => [
      sampleOf('disagreement', 'stage', ratesOf('flips', 20, flips / 0.05)),
      sampleOf(
        'latencyP95',
        'stage',
        champion.map((ms) => ms * factor),
        champion,
      ),
    ];
    const verdicts = (samples: readonly Sample[]): string[] =>
      compareStage(rollout, 0, 0, samples).verdicts.map((v) => `${v.gate} ${v.verdict}`);
    expect(verdicts(shadow(0.01, 1.1))).toEqual(['latencyP95 pass', 'disagreement pass']);
    expect(verdicts(shadow(0.2, 3))).toEqual(['latencyP95 breach', 'disagreement breach']);
  });
});
