import { describe, expect, test } from 'vitest';
import { type EProcess, NOTHING_SEEN, takeAgents } from './betting.ts';
import { drawsOf } from './draws.ts';

const ALPHA = 0.05;

/** After how many agents it says that more fail than are allowed; undefined where it doesn't within `agents`. */
function agentsUntilHarm(chance: number, allowed: number, agents: number, seed: string): number | undefined {
  const draw = drawsOf(seed);
  let process = NOTHING_SEEN;
  for (let n = 1; n <= agents; n++) {
    const failed = draw() < chance ? 1 : 0;
    process = takeAgents(process, { failed, served: 1 - failed }, allowed, draw);
    if (process.logWealth >= Math.log(1 / ALPHA)) return n;
  }
  return undefined;
}

function sequences(count: number, chance: number, allowed: number): (number | undefined)[] {
  return Array.from({ length: count }, (_, i) => agentsUntilHarm(chance, allowed, 500, `${chance} ${i}`));
}

function meanOf(values: (number | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length;
}

describe('looking after every agent', () => {
  for (const allowed of [0.02, 0.1])
    test(`of 2,000 sequences in which as many fail as are allowed (${100 * allowed}%) at most ${100 * ALPHA}% ever say harm`, () => {
      const wrong = sequences(2_000, allowed, allowed).filter((n) => n !== undefined);
      // Ville's bound itself: chance in these seeds needs no room beside it.
      expect(wrong.length / 2_000).toBeLessThanOrEqual(ALPHA);
    });

  test('harm is said after as few agents as the numbers in betting.ts say', () => {
    expect(meanOf(sequences(500, 0.2, 0.02))).toBeLessThan(33);
    expect(meanOf(sequences(500, 0.1, 0.02))).toBeLessThan(85);
    // All fail: five agents are enough.
    expect(agentsUntilHarm(1, 0.02, 500, 'all')).toBe(5);
  });

  test('where none fails, wealth only falls', () => {
    let [process, last] = [NOTHING_SEEN, 0];
    for (let n = 0; n < 50; n++) {
      process = takeAgents(process, { served: 1, failed: 0 }, 0.02, () => 0.5);
      expect(process.logWealth).toBeLessThanOrEqual(last);
      last = process.logWealth;
    }
    expect(process).toMatchObject({ agents: 50, failed: 0 });
  });
});

test('what came in between two looks is taken in an order that doesn’t look at outcomes, each agent once', () => {
  const draw = drawsOf('batch');
  const all = takeAgents(NOTHING_SEEN, { served: 30, failed: 10 }, 0.02, draw);
  expect(all).toMatchObject({ agents: 40, failed: 10 });
  const again = takeAgents(NOTHING_SEEN, { served: 30, failed: 10 }, 0.02, drawsOf('batch'));
  expect(again).toEqual(all);
  // In whatever parts they come, null wealth stays a fair game: its mean over many orders is at most 1.
  let wealth = 0;
  for (let i = 0; i < 4_000; i++) {
    const of = drawsOf(`null ${i}`);
    let process: EProcess = NOTHING_SEEN;
    for (let look = 0; look < 4; look++) {
      const failed = Array.from({ length: 5 }, () => of() < 0.1).filter(Boolean).length;
      process = takeAgents(process, { failed, served: 5 - failed }, 0.1, of);
    }
    wealth += Math.exp(process.logWealth) / 4_000;
  }
  expect(wealth).toBeLessThan(1.1);
});
