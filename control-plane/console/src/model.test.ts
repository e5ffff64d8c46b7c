import { expect, test } from 'vitest';
import { whatHappens } from './components/RolloutActions.tsx';
import { runs } from './components/Sparkline.tsx';
import type { RolloutInfo } from './model.ts';
import { healthOf, scoreOf } from './model.ts';
import { ingestedTotal } from './pages/Overview.tsx';

test('a score that the model answered as NaN is no other output', () => {
  const spec = { output: 'score', threshold: 1 };
  expect(scoreOf({ score: 0.4, margin: 9 }, spec)).toBe(0.4);
  expect(scoreOf({ score: null, margin: 9 }, spec)).toBeNaN();
  expect(scoreOf({ margin: 9 }, spec)).toBe(9);
});

test('an agent is late after a minute and unknown after five', () => {
  const agent = { lastSeenMs: 0 } as Parameters<typeof healthOf>[0];
  expect([59_999, 60_000, 300_000].map((nowMs) => healthOf(agent, nowMs))).toEqual(['up', 'late', 'unknown']);
  expect(healthOf({ ...agent, lastSeenMs: null }, 0)).toBe('unknown');
});

test('episodes are the unbroken runs of alerting windows', () => {
  const points = ['normal', 'alert', 'alert', 'pending', 'alert'].map((decision) => ({ decision }));
  expect(runs(points as unknown as Parameters<typeof runs>[0])).toEqual([
    [1, 2],
    [4, 4],
  ]);
});

test('the ingest counter is the sum of its lines, with labels and without', () => {
  const metrics =
    '# TYPE skerry_control_results_ingested_total counter\nskerry_control_results_ingested_total 41\n';
  expect(ingestedTotal(metrics)).toBe(41);
  expect(
    ingestedTotal(
      'skerry_control_results_ingested_total{shard="0"} 4\nskerry_control_results_ingested_total{shard="1"} 5\n',
    ),
  ).toBe(9);
  expect(ingestedTotal('up 1\n')).toBeUndefined();
});

test('a confirmation says to how many agents it happens, and what', () => {
  const rollout = {
    spec: {
      release: 'press@1.3.0',
      selector: 'site==oslo',
      stages: [
        { name: 'canary', agents: { share: 0.05 }, soak: 0 },
        { name: 'all', agents: { share: 1 }, soak: 0 },
      ],
    },
    state: { name: 'running', stage: 0, phase: 'soaking' },
    frozen: [{ stage: 0, eligible: 60, members: 3, atMs: 0 }],
  } as unknown as RolloutInfo;
  expect(whatHappens(rollout, 'revert')).toContain('from all 3 agents that were given it');
  expect(whatHappens(rollout, 'abort')).toContain('the 3 agents that were given press@1.3.0 keep it');
  expect(whatHappens(rollout, 'promote')).toContain(
    'widens to the stage "all": 100\u2009% of the eligible agents',
  );
});
