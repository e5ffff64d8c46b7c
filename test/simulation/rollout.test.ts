import { type RolloutSpec, rolloutSpec } from '@skerry/control-plane/core/rollout/spec';
import { parseDocument } from '@skerry/proto/document';
import { describe, expect, test } from 'vitest';
import { DEFAULT_ROLLOUT, simulate } from './rollout-command.ts';

const CANARY = (gates: string): RolloutSpec =>
  parseDocument(
    `apiVersion: skerry/v1
kind: Rollout
release: example@2.0.0
stages:
  - { name: canary, agents: 5%, soak: 2h }
  - { name: half, agents: 50%, soak: 4h }
  - { name: all, agents: 100% }
gates: ${gates}
`,
    rolloutSpec,
    { file: 'the test' },
  );

const COMPARED =
  '{ errorRate: { maxRatio: 2 }, latencyP95: { maxRatio: 1.5 }, alertRate: { maxRatio: 1.25 }, outputDrift: { psi: 0.2 } }';

describe('rollouts over simulated fleets', () => {
  test('of a thousand good rollouts at most 1 − confidence are reverted', { timeout: 300_000 }, () => {
    const options = { agents: 40, defect: 'none', offline: 0.1, runs: 1_000, seed: 1 } as const;
    const spec = CANARY(COMPARED);
    expect(simulate(spec, options).reverted).toBeLessThanOrEqual((1 - spec.confidence) * options.runs);
  });

  for (const gates of [COMPARED, '{ errorRate: { max: 1% } }'])
    test(`errors in ten more windows of a hundred are caught in a 5 % canary of 1,000 agents: ${gates}`, {
      timeout: 300_000,
    }, () => {
      const caught = simulate(CANARY(gates), {
        agents: 1_000,
        defect: 'errors',
        offline: 0.1,
        runs: 100,
        seed: 1,
      });
      expect(caught.reverted).toBeGreaterThanOrEqual(99);
      // No agent beyond the canary's fifty was ever given it.
      expect(caught.exposed.most).toBeLessThanOrEqual(50);
    });

  test('a release that crashes on load reaches one agent of the advised rollout', () => {
    const spec = parseDocument(DEFAULT_ROLLOUT, rolloutSpec, { file: 'the advised rollout' });
    const summary = simulate(spec, { agents: 200, defect: 'crash', offline: 0, runs: 20, seed: 1 });
    expect(summary).toMatchObject({ reverted: 20, exposed: { median: 1, most: 1 } });
  });

  test('a shadow stage catches what is wrong before any agent serves it, and lets a good release go on', {
    timeout: 300_000,
  }, () => {
    const spec = parseDocument(
      `apiVersion: skerry/v1
kind: Rollout
release: example@2.0.0
stages:
  - { name: beside, mode: shadow, agents: 30, soak: 2h }
  - { name: all, agents: 100%, soak: 1h }
gates: { errorRate: { maxRatio: 2 }, latencyP95: { maxRatio: 1.5 }, disagreement: { max: 5% } }
`,
      rolloutSpec,
      { file: 'the test' },
    );
    const options = { agents: 100, offline: 0.1, runs: 20, seed: 1 };
    for (const defect of ['crash', 'errors', 'latency', 'shift'] as const)
      expect(simulate(spec, { ...options, defect })).toMatchObject({ reverted: 20, exposed: { most: 0 } });
    expect(simulate(spec, { ...options, defect: 'none' }).reverted).toBeLessThanOrEqual(1);
  });

  test('where the fleet is too small to compare, a good release waits for a person, and says so', () => {
    const spec = CANARY(COMPARED);
    const summary = simulate(spec, { agents: 3, defect: 'none', offline: 0, runs: 20, seed: 1 });
    expect(summary).toMatchObject({ completed: 0, asked: 20 });
  });

  test('a seed tells the same story again', () => {
    const spec = CANARY(COMPARED);
    const options = { agents: 40, defect: 'alerts', offline: 0.1, runs: 10, seed: 7 } as const;
    expect(simulate(spec, options)).toEqual(simulate(spec, options));
  });
});
