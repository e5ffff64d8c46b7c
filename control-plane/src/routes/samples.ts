import { SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';
import type { SampleCount, SampleInfo } from '../core/shard/samples.ts';
import type { AppDeps } from './deps.ts';
import { type Api, page, pageOf } from './endpoint.ts';
import { gather, shardFor, shardsFor } from './shards.ts';

const sampleQuery = z.strictObject({
  ...page,
  agent: z.string().optional(),
  pipeline: z.string().optional(),
  device: z.string().optional(),
  reason: z.string().optional(),
  labelled: z.enum(['yes', 'no']).optional(),
  values: z.enum(['yes', 'no']).default('yes'),
});

const labelBody = z.strictObject({ label: z.string().min(1).max(64).nullable() });

/** Captured windows, and what people say of them. */
export function sampleRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/samples',
      summary: 'Captured windows, newest first, with their values unless values=no',
      role: 'viewer',
      query: sampleQuery,
    },
    async ({ query }) => {
      const { cursor, labelled, values, ...rest } = query;
      const ask = {
        ...rest,
        labelled: labelled && labelled === 'yes',
        ...(cursor !== undefined && { cursor: readCursor(cursor) }),
      };
      const key = (s: { agent: string; id: string }): string => `${s.agent}/${s.id}`;
      const found = await gather<SampleInfo>(
        shardsFor(deps, query.agent),
        (shard) => (values === 'yes' ? shard.samples(ask) : shard.sampleInfos(ask)),
        (a, b) => b.receivedMs - a.receivedMs || (key(a) < key(b) ? -1 : 1),
      );
      return pageOf(found, query.limit, (s) => `${s.receivedMs}/${key(s)}`);
    },
  );
  api.add(
    {
      method: 'GET',
      path: '/samples/counts',
      summary: 'How many windows are captured, and how many have a label, by pipeline and reason',
      role: 'viewer',
    },
    async () => {
      const parts = await Promise.all(deps.shards.map((shard) => shard.sampleCounts()));
      const groups = Map.groupBy(parts.flat(), ({ pipeline, reason }) => JSON.stringify([pipeline, reason]));
      const items = [...groups.values()].map((group) => ({
        pipeline: group[0]!.pipeline,
        reason: group[0]!.reason,
        samples: group.reduce((sum, { samples }) => sum + samples, 0),
        labelled: group.reduce((sum, { labelled }) => sum + labelled, 0),
      }));
      const key = (c: SampleCount): string => `${c.pipeline} ${c.reason}`;
      return { items: items.sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
    },
  );
  api.add(
    {
      method: 'GET',
      path: '/samples/:agent/:id',
      summary: 'One captured window with its values',
      role: 'viewer',
    },
    ({ param }) => shardFor(deps, param('agent')).sample(param('agent'), param('id')),
  );
  api.add(
    {
      method: 'POST',
      path: '/samples/:agent/:id/label',
      summary: 'What a person says that a captured window shows; null takes it back',
      role: 'operator',
      body: labelBody,
    },
    async ({ operator, param, body }) => {
      const [agent, id] = [param('agent'), param('id')];
      const sample = await shardFor(deps, agent).labelSample(operator.name, agent, id, body.label);
      await deps.fleet.record(operator.name, 'sample.label', `${agent}/${id}`, { label: body.label });
      deps.notifier.changed('samples');
      return sample;
    },
  );
}

/** A cursor as it was given out: `NUMBER/AGENT/ID`. */
function readCursor(cursor: string): { receivedMs: number; key: string } {
  const match = /^(\d+)\/(.*)$/s.exec(cursor);
  if (!match) throw new SkerryError('invalid', 'the cursor is none that was given out here');
  return { receivedMs: Number(match[1]), key: match[2]! };
}
