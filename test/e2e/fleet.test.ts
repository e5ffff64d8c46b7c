/**
 * Rollouts over a fleet of 25 gateways: real agents, a real control plane, HTTP on loopback between them. A good release
 * completes by itself; defective ones are taken back from wherever they went, gateways included that were away meanwhile.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ControlPlane } from './support/control-plane.ts';
import { Fleet, type Rollout, type RolloutView } from './support/fleet.ts';
import type { Gateway } from './support/fleet-agent.ts';
import type { Nature } from './support/fleet-releases.ts';
import { scratchFolder } from './support/scratch.ts';

const TEST_MS = 240_000;
const GATEWAYS = 25;
const GOOD = 'gauge@1.1.0';
const STAGES = [
  { name: 'canary', agents: 5, soak: '2s' },
  { name: 'half', agents: '50%', soak: '2s' },
  { name: 'all', agents: '100%', soak: '2s' },
];
const GATES = { errorRate: { max: '2%', minWindows: 50 } };

let controlPlane: ControlPlane;
let fleet: Fleet;

beforeAll(async () => {
  const folder = scratchFolder();
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  fleet = await Fleet.start(folder, controlPlane, GATEWAYS);
  const stages = [{ name: 'all', agents: '100%' }];
  const first = await fleet.rollOut(await fleet.push('1.0.0', 'good'), { stages });
  await first.until('to complete', ({ status }) => status === 'completed');
}, TEST_MS);

afterAll(async () => {
  await fleet?.stop();
  await controlPlane?.stop();
}, TEST_MS);

afterEach(() => {
  fleet.underLoad = false;
});

/** Rolls out with the stages and gates that every release here is judged by. */
async function rollOut(version: string, nature: Nature): Promise<Rollout> {
  return fleet.rollOut(await fleet.push(version, nature), { stages: STAGES, gates: GATES, minReached: 3 });
}

/** Sends two gateways away, one by its link and one by its power; returns how they come back. */
async function sendAway([linkless, powerless]: readonly Gateway[]): Promise<() => Promise<void>> {
  linkless!.cut();
  await powerless!.stop();
  return async () => {
    linkless!.mend();
    await powerless!.start();
  };
}

/** How stages were left, as the decisions say. */
function passed({ decisions }: RolloutView): string[] {
  return decisions.filter(({ rule }) => rule.endsWith('passed')).map(({ from, rule }) => `${from}: ${rule}`);
}

function expectTakenBack({ release }: Rollout): void {
  expect(ids(fleet.serving(release))).toEqual([]);
  expect(fleet.serving(GOOD)).toHaveLength(GATEWAYS);
}

function ids(gateways: readonly Gateway[]): string[] {
  return gateways.map(({ id }) => id);
}

test(
  'a good release runs beside what serves, and completes by itself',
  async () => {
    const rollout = await fleet.rollOut(await fleet.push('1.1.0', 'good'), {
      stages: [{ name: 'beside', mode: 'shadow', agents: 10, soak: '2s' }, ...STAGES],
      gates: { ...GATES, disagreement: { max: '5%', minWindows: 50 } },
      minReached: 3,
    });
    const done = await rollout.until('to complete', ({ status }) => status === 'completed');
    expect(passed(done)).toEqual([
      'running(beside: evaluating): gates passed',
      'running(canary: evaluating): gates passed',
      'running(half: evaluating): gates passed',
      'running(all: evaluating): gates passed',
    ]);
    expect(fleet.serving(GOOD)).toHaveLength(GATEWAYS);
  },
  TEST_MS,
);

describe('a defective release is taken back from everywhere', () => {
  test(
    'one that is refused at load: nobody ever serves it, gateways that return don’t either',
    async () => {
      const release = await fleet.push('2.0.0', 'refused');
      const comeBack = await sendAway(fleet.gateways.slice(3, 5));
      const rollout = await fleet.rollOut(release, { stages: STAGES, gates: GATES, minReached: 3 });
      const view = await rollout.until('to be taken back', ({ state }) => state.name.startsWith('revert'));
      expect(view.decisions.map(({ rule }) => rule)).toContain('breach: activation');
      await comeBack();
      await rollout.until('to be reverted', ({ status }) => status === 'reverted');
      expect(ids(fleet.served(release))).toEqual([]);
      expectTakenBack(rollout);
    },
    TEST_MS,
  );

  test(
    'one that one kind of hardware refuses: it leaves the others, too, where it had succeeded',
    async () => {
      const small = fleet.gateways.filter(({ hw }) => hw === 'small');
      for (const gateway of small) gateway.cut();
      const rollout = await fleet.rollOut(await fleet.push('2.1.0', 'large'), {
        stages: STAGES,
        gates: { ...GATES, failures: { agents: 1 } },
        minReached: 2,
      });
      await rollout.until('to serve on some', () => fleet.serving(rollout.release).length >= 2);
      for (const gateway of small) gateway.mend();
      const view = await rollout.until('to be reverted', ({ status }) => status === 'reverted');
      expect(view.decisions.map(({ rule }) => rule)).toContain('breach: activation');
      expect(fleet.served(rollout.release).map(({ hw }) => hw)).not.toContain('small');
      expectTakenBack(rollout);
    },
    TEST_MS,
  );

  const underLoad: [title: string, version: string, nature: Nature, gate: string][] = [
    ['whose runs fail under load', '2.2.0', 'failing', 'errorRate'],
  ];
  for (const [title, version, nature, gate] of underLoad)
    test(
      `one ${title}: those that are away give it back when they return`,
      async () => {
        const rollout = await rollOut(version, nature);
        await rollout.until('to serve on the canaries', () => fleet.serving(rollout.release).length === 5);
        const away = fleet.serving(rollout.release).slice(0, 2);
        const comeBack = await sendAway(away);
        fleet.underLoad = true;
        const view = await rollout.until(
          'to leave all who are there',
          ({ state }) => state.name === 'reverting' && fleet.serving(GOOD).length === GATEWAYS - away.length,
        );
        expect(view.decisions.map(({ rule }) => rule)).toContain(`breach: ${gate}`);
        // Nobody can take it from one without a link; it waits for both.
        expect(ids(fleet.serving(rollout.release))).toEqual([away[0]!.id]);
        await comeBack();
        await rollout.until('to be reverted', ({ status }) => status === 'reverted');
        expect(fleet.served(rollout.release).length).toBeGreaterThanOrEqual(5);
        expectTakenBack(rollout);
      },
      TEST_MS,
    );
});
