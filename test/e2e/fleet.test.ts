/**
 * Rollouts over a fleet of 25 gateways: real agents, a real control plane, HTTP on loopback between them. A good release
 * completes by itself; defective ones are taken back from wherever they went, gateways included that were away meanwhile.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ControlPlane } from './support/control-plane.ts';
import { Fleet, type Rollout, type RolloutView } from './support/fleet.ts';
import type { Gateway } from './support/fleet-agent.ts';
import type { Nature } from './support/fleet-releases.ts';
import { scratchFolder } from './support/scratch.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const GATEWAYS = 25;
const GOOD = 'gauge@1.1.0';
const SHADOW = { name: 'beside', mode: 'shadow', agents: 10, soak: '2s' };
const ACTIVE = [
  { name: 'canary', agents: 5, soak: '2s' },
  { name: 'half', agents: '50%', soak: '2s' },
  { name: 'all', agents: '100%', soak: '2s' },
];
/** Latency is compared by a wide margin: all gateways share a process here, which shares the machine with other tests. */
const GATES = {
  errorRate: { max: '2%', minWindows: 60 },
  latencyP95: { maxRatio: 6, minWindows: 60 },
  alertRate: { maxRatio: 2, minWindows: 60 },
};
const SHADOW_GATES = { ...GATES, disagreement: { max: '5%', minWindows: 60 } };

let controlPlane: ControlPlane;
let fleet: Fleet;

beforeAll(async () => {
  const folder = scratchFolder();
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  fleet = await Fleet.startServing(folder, controlPlane, GATEWAYS);
});

afterAll(async () => {
  await fleet?.stop();
  await controlPlane?.stop();
});

afterEach(() => fleet.recover());

/** Rolls out through the active stages, after a shadow stage or without one. */
async function rollOut(version: string, nature: Nature, { shadow = true } = {}): Promise<Rollout> {
  return fleet.rollOut(await fleet.push(version, nature), {
    stages: shadow ? [SHADOW, ...ACTIVE] : ACTIVE,
    gates: shadow ? SHADOW_GATES : GATES,
    minReached: 3,
  });
}

/** Sends two gateways away, one by its link and one by its power. */
async function sendAway([linkless, powerless]: readonly Gateway[]): Promise<void> {
  linkless!.cut();
  await powerless!.stop();
}

/** How stages were left, as the decisions say. */
function passed({ decisions }: RolloutView): string[] {
  return decisions.filter(({ rule }) => rule.endsWith('passed')).map(({ from, rule }) => `${from}: ${rule}`);
}

/** The gates that a rollout was taken back for. */
function breached({ decisions }: RolloutView): string[] {
  const gates = decisions.find(({ rule }) => rule.startsWith('breach'))?.numbers.gates ?? [];
  return gates.filter(({ verdict }) => verdict === 'breach').map(({ gate }) => gate);
}

function expectTakenBack({ release }: Rollout): void {
  expect(ids(fleet.serving(release))).toEqual([]);
  expect(fleet.serving(GOOD)).toHaveLength(GATEWAYS);
}

function ids(gateways: readonly Gateway[]): string[] {
  return gateways.map(({ id }) => id);
}

test('a good release completes by itself, and its smoke stages are called that', async () => {
  const rollout = await rollOut('1.1.0', 'good');
  const done = await rollout.until('to complete', ({ status }) => status === 'completed');
  expect(passed(done)).toEqual([
    'running(beside: evaluating): gates passed',
    'running(canary: evaluating): gates passed',
    'running(half: evaluating): gates passed',
    'running(all: evaluating): smoke stage passed',
  ]);
  expect(fleet.serving(GOOD)).toHaveLength(GATEWAYS);
});

describe('a defective release is taken back from everywhere', () => {
  const stopped: [title: string, version: string, nature: Nature, gate: string][] = [
    ['that is refused at load', '2.0.0', 'refused', 'activation'],
    ['whose scores are shifted', '2.0.1', 'shifted', 'disagreement'],
  ];
  for (const [title, version, nature, gate] of stopped)
    test(`one ${title}: as a shadow already, and it never serves, on gateways that return neither`, async () => {
      await sendAway(fleet.gateways.slice(3, 5));
      const rollout = await rollOut(version, nature);
      const view = await rollout.until('to be taken back', ({ state }) => state.name.startsWith('revert'));
      expect(breached(view)).toContain(gate);
      expect(view.frozen).toMatchObject([{ members: SHADOW.agents }]);
      await fleet.recover();
      await rollout.until('to be reverted', ({ status }) => status === 'reverted');
      expect(ids(fleet.served(rollout.release))).toEqual([]);
      expect(fleet.gateways.flatMap(({ pipeline }) => pipeline.shadow ?? [])).toEqual([]);
      expectTakenBack(rollout);
    });

  test('one that one kind of hardware refuses: it leaves the others, too, where it had succeeded', async () => {
    const small = fleet.gateways.filter(({ hw }) => hw === 'small');
    for (const gateway of small) gateway.cut();
    const rollout = await fleet.rollOut(await fleet.push('2.1.0', 'large'), {
      stages: ACTIVE,
      gates: { ...GATES, failures: { agents: 1 } },
      minReached: 3,
    });
    await rollout.until('to serve on some', () => fleet.serving(rollout.release).length >= 2);
    for (const gateway of small) gateway.mend();
    const view = await rollout.until('to be reverted', ({ status }) => status === 'reverted');
    expect(breached(view)).toContain('activation');
    expect(fleet.served(rollout.release).map(({ hw }) => hw)).not.toContain('small');
    expectTakenBack(rollout);
  });

  // What is slow is so as a shadow, too, and would get no further.
  const showing: [
    title: string,
    version: string,
    nature: Nature,
    gate: string,
    at: string,
    shadow: boolean,
  ][] = [
    ['whose runs fail under load', '2.2.0', 'failing', 'errorRate', 'canary', true],
    ['that gives no numbers under load', '2.3.0', 'nan', 'activation', 'canary', true],
    ['with alerts for half of what is normal under load', '2.4.0', 'alarming', 'alertRate', 'half', true],
    ['that is far slower', '2.5.0', 'slow', 'latencyP95', 'canary', false],
  ];
  for (const [title, version, nature, gate, at, shadow] of showing)
    test(`one ${title}: those that are away give it back when they return`, async () => {
      const rollout = await rollOut(version, nature, { shadow });
      const { release } = rollout;
      const stageOf = ({ spec, frozen }: RolloutView): RolloutView['frozen'][number] | undefined =>
        frozen.find(({ stage }) => spec.stages[stage]!.name === at);
      await rollout.until(`to get to ${at}`, (view) => stageOf(view) !== undefined);
      // Nothing is judged of this stage while the machines stand still.
      const reached = await rollout.until(
        `to serve on all of ${at}`,
        (view) => fleet.serving(release).length === stageOf(view)!.members,
        { still: true },
      );
      const away = fleet.serving(release).slice(0, 2);
      await sendAway(away);
      fleet.underLoad = true;
      const view = await rollout.until(
        'to leave all who are there',
        ({ state }) => state.name === 'reverting' && fleet.serving(GOOD).length === GATEWAYS - 2,
      );
      expect(breached(view)).toContain(gate);
      // Nobody can take it from one without a link; the rollout waits for both.
      expect(ids(fleet.serving(release))).toEqual([away[0]!.id]);
      await fleet.recover();
      await rollout.until('to be reverted', ({ status }) => status === 'reverted');
      expect(fleet.served(release)).toHaveLength(stageOf(reached)!.members);
      expectTakenBack(rollout);
    });
});
