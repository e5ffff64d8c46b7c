import { z } from 'zod';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { page, pageOf } from './endpoint.ts';
import { driveNow, gather, shardFor, shardsFor } from './shards.ts';

const label = z.string().max(256);
const labelChanges = z.strictObject({
  labels: z.record(z.string().regex(/^[A-Za-z0-9._/-]{1,64}$/), label.nullable()),
});

const agentQuery = z.strictObject({
  ...page,
  state: z.enum(['pending', 'approved', 'rejected', 'retired']).optional(),
  selector: z.string().max(2000).optional(),
});

const deviceQuery = z.strictObject({
  ...page,
  agent: z.string().optional(),
  pipeline: z.string().optional(),
  device: z.string().optional(),
});

/** Agents and devices. */
export function agentRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/agents',
      summary: 'Agents, in order of their ids',
      role: 'viewer',
      query: agentQuery,
    },
    async ({ query }) => {
      const items = await gather(
        deps.shards,
        (shard) => shard.agents(query),
        (a, b) => (a.id < b.id ? -1 : 1),
      );
      return pageOf(items, query.limit, (agent) => agent.id);
    },
  );
  api.add({ method: 'GET', path: '/agents/:id', summary: 'One agent', role: 'viewer' }, ({ param }) =>
    shardFor(deps, param('id')).agent(param('id')),
  );
  api.add(
    {
      method: 'PATCH',
      path: '/agents/:id',
      summary: "Sets the operator's labels; null removes one",
      role: 'operator',
      body: labelChanges,
    },
    async ({ c, operator, param, body }) => {
      const id = param('id');
      const shard = shardFor(deps, id);
      await shard.labelAgent(id, body.labels, c.req.header('if-match'));
      await deps.fleet.record(operator.name, 'agent.label', id, body);
      deps.notifier.wakeAgents([id]);
      deps.notifier.changed('agents');
      return shard.agent(id);
    },
  );
  for (const [verb, summary, method] of [
    ['approve', 'Approves an agent, or the new key that asks for its id', 'approveAgent'],
    ['replace', "Gives the agent's id to the second key that waits for it", 'replaceAgent'],
    ['reject', 'Refuses what waits for approval', 'rejectAgent'],
    ['retire', 'Takes an agent out of service', 'retireAgent'],
  ] as const)
    api.add(
      { method: 'POST', path: `/agents/:id/${verb}`, summary, role: 'operator' },
      async ({ operator, param }) => {
        const id = param('id');
        const shard = shardFor(deps, id);
        const done = await shard[method](id);
        await deps.fleet.record(operator.name, `agent.${verb}`, id, { ...done });
        deps.notifier.changed('agents');
        await driveNow(deps);
        return shard.agent(id);
      },
    );
  api.add(
    {
      method: 'GET',
      path: '/devices',
      summary: 'Devices with their latest result, by agent, pipeline and device',
      role: 'viewer',
      query: deviceQuery,
    },
    async ({ query }) => {
      const key = (d: { agent: string; pipeline: string; device: string }): string =>
        `${d.agent}/${d.pipeline}/${d.device}`;
      const items = await gather(
        shardsFor(deps, query.agent),
        (shard) => shard.devices(query),
        (a, b) => (key(a) < key(b) ? -1 : 1),
      );
      return pageOf(items, query.limit, key);
    },
  );
}
