/** What rollout tests share: fleets of agents that do as they are told. */
import type { SimAgent, World } from './testing.ts';

export const YAML = (version: string, rest: string): string => `
apiVersion: skerry/v1
kind: Rollout
release: press@${version}
${rest}
`;

export const STAGES = `
stages:
  - { name: first, agents: 1, soak: 30m }
  - { name: half, agents: 50%, soak: 30m }
  - { name: all, agents: 100% }
`;

export function start(world: World, version: string, rest = STAGES): string {
  const { id } = world.fleet.createRollout('ola', YAML(version, rest));
  world.fleet.operateRollout('ola', id, 'start');
  return id;
}

export function fleetOf(world: World, count: number): SimAgent[] {
  const agents = Array.from({ length: count }, (_, i) => world.agent(`agent-${i}`));
  for (const agent of agents) agent.sync();
  return agents;
}

/** Everyone syncs, activates what is desired, and reports it. */
export async function settle(world: World, agents: readonly SimAgent[], error?: string): Promise<void> {
  await world.coordinator.drive();
  for (const agent of agents) agent.sync();
  for (const agent of agents)
    if (agent.wanted() !== agent.pipeline.release) agent.apply(agent.wanted() === '' ? undefined : error);
  for (const agent of agents) agent.sync();
  await world.coordinator.drive();
}

export function running(agents: readonly SimAgent[], release: string): string[] {
  return agents.filter((a) => a.pipeline.release === release).map((a) => a.id);
}
