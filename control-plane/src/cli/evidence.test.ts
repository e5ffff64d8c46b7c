import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ShownArm } from '../core/evidence-view.ts';
import { noCounts } from '../core/shard/counts.ts';
import { showArms, showRolloutEvidence } from './evidence.ts';

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(...String(text).trimEnd().split('\n'));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const arm = (changes: Partial<ShownArm>): ShownArm => {
  const { latency: _, outputs: __, ...totals } = noCounts();
  return {
    arm: 'stage',
    release: 'press@2.0.0',
    digest: 'sha256:ab',
    agents: 3,
    metrics: {},
    totals,
    latency: { p50Ms: null, p95Ms: null, p99Ms: null },
    outputs: {},
    reversions: { verified: 0, unsigned: 0, bad: 0 },
    ...changes,
  };
};

test('a row per metric that anybody has, a column per arm, with how many agents it is of', () => {
  showArms([
    arm({
      metrics: { errorRate: { agents: 3, mean: 0.0213 }, memoryBytes: { agents: 2, mean: 3 * 2 ** 20 } },
      reversions: { verified: 1, unsigned: 0, bad: 1 },
    }),
    arm({
      arm: 'control',
      release: `sha256:${'c'.repeat(64)}`,
      metrics: { errorRate: { agents: 9, mean: 0.02 } },
    }),
  ]);
  const rows = lines.map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(['', 'stage: press@2.0.0', 'control: cccccccccccc']);
  expect(rows).toContainEqual(['error rate', '2.13% (3)', '2% (9)']);
  expect(rows).toContainEqual(['memory', '3.0 MiB (2)', '–']);
  expect(rows).toContainEqual(['gave it back', '1 signed, 1 with a wrong signature', '0']);
  expect(rows.flat()).not.toContain('confidence');
});

test('why outputs can’t be compared is said, and so is that nothing was entered yet', () => {
  const common = { rollout: 'ro', enteredMs: 0, evidence: null, gates: [], arms: [arm({})] };
  const shift = { output: 'score', against: 'press@1.0.0', windows: 9, againstWindows: 90 };
  showRolloutEvidence({
    ...common,
    stage: 'half',
    outputs: [{ ...shift, psi: null, psiExcess: null, note: 'the releases count it in other bins' }],
  });
  expect(lines.join('\n')).toMatch(/not comparable: the releases count it in other bins/);
  showRolloutEvidence({ ...common, stage: null, arms: [], outputs: [] });
  expect(lines.at(-1)).toMatch(/no stage was entered yet/);
});
