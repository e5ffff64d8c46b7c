import { SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';
import type { AppDeps } from './deps.ts';
import { type Api, page, pageOf } from './endpoint.ts';
import { gather, shardFor, shardsFor } from './shards.ts';

const sampleQuery = z.strictObject({
  ...page,
  agent: z.string().optional(),
  pipeline: z.string().optional(),
  device: z.string().optional(),
  labelled: z.enum(['yes', 'no']).optional(),
});

const labelBody = z.strictObject({ label: z.string().min(1).max(64).nullable() });

/** Captured windows, and what people say of them. */
export function sampleRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/samples',
      summary: 'Captured windows with their values, newest first',
      role: 'viewer',
      query: sampleQuery,
    },
    async ({ query }) => {
      const { cursor, labelled, ...rest } = query;
      const ask = {
        ...rest,
        labelled: labelled && labelled === 'yes',
        ...(cursor !== undefined && { cursor: readCursor(cursor) }),
      };
      const key = (s: { agent: string; id: string }): string => `${s.agent}/${s.id}`;
      const found = await gather(
        shardsFor(deps, query.agent),
        (shard) => shard.samples(ask),
        (a, b) => b.receivedMs - a.receivedMs || (key(a) < key(b) ? -1 : 1),
      );
      return pageOf(found, query.limit, (s) => `${s.receivedMs}/${key(s)}`);
    },
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
