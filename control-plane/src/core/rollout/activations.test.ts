import { expect, test } from 'vitest';
import { createWorld, pushTestReleases, type SimAgent, type World } from '../../node/testing.ts';
import { fleetOf, start } from '../../node/testing-rollout.ts';

const MINUTE = 60_000;

/** A fleet of 300 that serves nothing yet, and takes the release at a pace. */
function pacedFleet(rest = ''): { world: World; agents: SimAgent[]; id: string } {
  const world = createWorld({ shards: 2 });
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const agents = fleetOf(world, 300);
  const id = start(
    world,
    '1.0.0',
    `pace: { agents: 15, every: 5m, growth: 1 }\n${rest}stages: [{ name: all, agents: 100% }]`,
  );
  return { world, agents, id };
}

/** Everyone who was told tries it; `fails` says on whom it fails. Then time passes. */
async function live(
  { world, agents }: { world: World; agents: readonly SimAgent[] },
  fails: (agent: SimAgent) => boolean,
): Promise<void> {
  await world.coordinator.drive();
  for (const agent of agents) {
    agent.sync();
    const isNew =
      agent.wanted() !== '' && agent.pipeline.release === '' && agent.pipeline.tryingDigest === '';
    if (isNew) agent.apply(fails(agent) ? 'golden case 3 failed' : undefined);
    agent.sync();
  }
  await world.pass(5 * MINUTE);
}

/** Every `n`th agent by its number. */
const every =
  (n: number) =>
  (agent: SimAgent): boolean =>
    Number(agent.id.split('-')[1]) % n === 0;

test('[RO27] at a pace, a release that fails on more agents than may is taken back before the count of failures is full', async () => {
  const fleet = pacedFleet('gates: { failures: { agents: 20% } }\nminReached: 100\n');
  const { world, id } = fleet;
  const fails = every(2);
  for (let i = 0; i < 12 && world.fleet.rollout(id).state.name === 'running'; i++) await live(fleet, fails);
  const { gates, evidence } = world.fleet.decisions(id).find((d) => d.rule === 'breach: activation')!.numbers;
  // 60 failures of 300 were the bound; it was shown by far fewer.
  expect(evidence!.failed).toBeLessThan(50);
  const { eProcess, text } = gates![0]!;
  expect(eProcess).toMatchObject({ limit: expect.closeTo(20, 9), allowed: 0.2 });
  expect(eProcess!.wealth).toBeGreaterThanOrEqual(20);
  expect(text).toMatch(
    /of the first \d+ that settled \d+ failed, 20\.00% may: evidence \d+(\.\d+)?, 20 shows harm/,
  );
});

test('[RO27] failures that show at once don’t stand before those that serve: agents settle a fixed time after they were told', async () => {
  const fleet = pacedFleet('gates: { failures: { agents: 20% } }\n');
  const { world, id } = fleet;
  await live(fleet, every(20));
  const early = world.fleet.rollout(id);
  expect(early.evidence!.failed).toBeGreaterThan(0);
  expect(early.evidence!.settled).toEqual({ served: 0, failed: 0 });
  for (let i = 0; i < 6; i++) await live(fleet, every(20));
  const later = world.fleet.rollout(id);
  expect(later.state.name).toBe('running');
  expect(later.activations!.agents).toBeGreaterThan(20);
  // Each counts once, whatever it does later.
  expect(later.activations!.agents).toBe(later.evidence!.settled!.served + later.evidence!.settled!.failed);
  expect(later.activations!.logWealth).toBeLessThan(Math.log(20));
});

test('[RO27] an agent without a link is left out', async () => {
  const fleet = pacedFleet();
  const { world, agents, id } = fleet;
  await live(fleet, () => false);
  await live(fleet, () => false);
  const told = agents.filter((agent) => agent.wanted() !== '');
  for (let i = 0; i < 4; i++) await live({ world, agents: told.slice(1) }, () => false);
  expect(world.fleet.rollout(id).evidence!.settled).toEqual({ served: told.length - 1, failed: 0 });
});
