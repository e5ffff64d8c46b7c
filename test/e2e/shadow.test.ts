/**
 * Shadow stages over a fleet of real agents: a release runs beside the one that serves before any agent serves it. One that
 * decides as before goes on; one that decides otherwise, or can't be loaded, is stopped where it harmed nobody.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ControlPlane } from './support/control-plane.ts';
import { Fleet, type RolloutView } from './support/fleet.ts';
import { scratchFolder } from './support/scratch.ts';

const TEST_MS = 240_000;
const GATEWAYS = 10;
const STAGES = [
  { name: 'beside', mode: 'shadow', agents: 8, soak: '1s' },
  { name: 'half', agents: '50%', soak: '1s' },
  { name: 'all', agents: '100%', soak: '1s' },
];
const GATES = { disagreement: { max: '10%', minWindows: 50 } };

let controlPlane: ControlPlane;
let fleet: Fleet;

beforeAll(async () => {
  const folder = scratchFolder();
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  fleet = await Fleet.startServing(folder, controlPlane, GATEWAYS);
}, TEST_MS);

afterAll(async () => {
  await fleet?.stop();
  await controlPlane?.stop();
}, TEST_MS);

function decisionOf({ decisions }: RolloutView, rule: string): string | undefined {
  return decisions.find((decision) => decision.rule === rule)?.from;
}

const shadows = (): string[] => fleet.gateways.flatMap(({ pipeline }) => pipeline.shadow?.release ?? []);

test(
  'one that decides as before is served by those that shadowed it first, and completes',
  async () => {
    const release = await fleet.push('1.1.0', 'good');
    const rollout = await fleet.rollOut(release, { stages: STAGES, gates: GATES, minReached: 5 });
    const beside = await rollout.until('to run beside 1.0.0', () =>
      fleet.gateways.some(({ pipeline }) => (pipeline.shadow?.matched ?? 0) >= 20),
    );
    expect(beside.frozen).toMatchObject([{ stage: 0, eligible: GATEWAYS, members: 8 }]);
    expect(fleet.serving('gauge@1.0.0')).toHaveLength(GATEWAYS);
    const done = await rollout.until('to complete', ({ status }) => status === 'completed');
    expect(decisionOf(done, 'gates passed')).toBe('running(beside: evaluating)');
    expect(fleet.serving(release)).toHaveLength(GATEWAYS);
    expect(shadows()).toEqual([]);
  },
  TEST_MS,
);

test(
  'one that decides otherwise is taken back before any agent serves it',
  async () => {
    const release = await fleet.push('2.0.0', 'shifted');
    const rollout = await fleet.rollOut(release, { stages: STAGES, gates: GATES, minReached: 5 });
    const view = await rollout.until('to be reverted', ({ status }) => status === 'reverted');
    expect(decisionOf(view, 'breach: disagreement')).toBe('running(beside: evaluating)');
    expect(fleet.served(release)).toEqual([]);
    expect(fleet.serving('gauge@1.1.0')).toHaveLength(GATEWAYS);
    expect(shadows()).toEqual([]);
  },
  TEST_MS,
);

test(
  'one that can not be loaded is refused beside what serves, which goes on',
  async () => {
    const release = await fleet.push('2.1.0', 'refused');
    const rollout = await fleet.rollOut(release, { stages: STAGES, gates: GATES, minReached: 5 });
    const view = await rollout.until('to be reverted', ({ status }) => status === 'reverted');
    expect(decisionOf(view, 'breach: activation')).toBe('running(beside: applying)');
    expect(fleet.served(release)).toEqual([]);
    expect(fleet.serving('gauge@1.1.0')).toHaveLength(GATEWAYS);
  },
  TEST_MS,
);
