import { SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';
import { type DiagnosedDrift, diagnoseDrift } from '../core/drift-diagnosis.ts';
import { mergeDrift } from '../core/shard/drift.ts';
import { comparePositions, type ResultPosition } from '../core/shard/results.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { page, pageOf } from './endpoint.ts';
import { gather, shardFor, shardsFor } from './shards.ts';

const stream = {
  agent: z.string().optional(),
  pipeline: z.string().optional(),
  device: z.string().optional(),
};

type DriftQuery = z.output<z.ZodObject<typeof stream>>;

const time = z
  .string()
  .transform((text, context) => {
    const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
    if (Number.isFinite(ms)) return ms * 1_000;
    context.addIssue({ code: 'custom', message: 'expected ISO 8601 or milliseconds since 1970' });
    return z.NEVER;
  })
  .optional();

const resultQuery = z.strictObject({
  ...page,
  ...stream,
  from: time,
  to: time,
  order: z.enum(['asc', 'desc']).default('desc'),
});

const alertQuery = z.strictObject({
  ...page,
  ...stream,
  state: z.enum(['open', 'all']).default('open'),
});

/** What agents sent: results, alerts, drift. */
export function resultRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/results',
      summary: 'Results by the start of their window',
      role: 'viewer',
      query: resultQuery,
    },
    async ({ query }) => {
      const { from, to, cursor, ...rest } = query;
      const position = cursor === undefined ? undefined : readPosition(cursor);
      const ask = { ...rest, fromUs: from, toUs: to, cursor: position };
      const found = await gather(
        shardsFor(deps, query.agent),
        (shard) => shard.results(ask),
        (a, b) => comparePositions(a, b, query.order === 'desc'),
      );
      const { items, cursor: next } = pageOf(found, query.limit, (r) => `${r.fromUs}/${r.key}`);
      return { items: items.map((r) => r.json), ...(next !== undefined && { cursor: next }) };
    },
  );
  alertRoutes(api, deps);
  api.add(
    {
      method: 'GET',
      path: '/drift',
      summary: "Drift per pipeline and signal, merged over devices' latest sketches",
      role: 'viewer',
      query: z.strictObject(stream),
    },
    async ({ query }) => ({
      items: await driftOf(deps, query),
    }),
  );
}

/** A device is told from its cohort, so that all of the pipeline's are looked at before the ones that were asked for. */
async function driftOf(deps: AppDeps, query: DriftQuery): Promise<DiagnosedDrift[]> {
  const { pipeline, agent, device } = query;
  const parts = await Promise.all(deps.shards.map((shard) => shard.drift({ pipeline })));
  return diagnoseDrift(mergeDrift(parts)).flatMap((signal) => {
    if (agent === undefined && device === undefined) return [signal];
    const devices = signal.devices.filter(
      (d) => (agent ?? d.agent) === d.agent && (device ?? d.device) === d.device,
    );
    if (devices.length === 0) return [];
    const counts = signal.counts.map((_, bin) => devices.reduce((sum, d) => sum + (d.counts[bin] ?? 0), 0));
    const [n, missing] = (['n', 'missing'] as const).map((key) =>
      devices.reduce((sum, d) => sum + d[key], 0),
    );
    return [{ ...signal, devices, counts, n: n!, missing: missing! }];
  });
}

function alertRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/alerts',
      summary: 'Alert episodes, newest first; open ones unless state=all',
      role: 'viewer',
      query: alertQuery,
    },
    async ({ query }) => {
      const { state, cursor, ...rest } = query;
      const position = cursor === undefined ? undefined : readPosition(cursor);
      const ask = {
        ...rest,
        open: state === 'open',
        ...(position && { cursor: { updatedMs: position.fromUs, key: position.key } }),
      };
      const key = (a: { agent: string; episode: string }): string => `${a.agent}/${a.episode}`;
      const items = await gather(
        shardsFor(deps, query.agent),
        (shard) => shard.alerts(ask),
        (a, b) => b.updatedMs - a.updatedMs || (key(a) < key(b) ? -1 : 1),
      );
      return pageOf(items, query.limit, (a) => `${a.updatedMs}/${key(a)}`);
    },
  );
  api.add(
    {
      method: 'POST',
      path: '/alerts/:agent/:episode/ack',
      summary: 'A person has seen it',
      role: 'operator',
    },
    async ({ operator, param }) => {
      const [agent, episode] = [param('agent'), param('episode')];
      const alert = await shardFor(deps, agent).acknowledgeAlert(operator.name, agent, episode);
      await deps.fleet.record(operator.name, 'alert.ack', `${agent}/${episode}`);
      deps.notifier.changed('alerts');
      return alert;
    },
  );
}

/** A cursor as it was given out: `NUMBER/KEY`. */
function readPosition(cursor: string): ResultPosition {
  const match = /^(-?\d+)\/(.*)$/s.exec(cursor);
  if (!match) throw new SkerryError('invalid', 'the cursor is none that was given out here');
  return { fromUs: Number(match[1]), key: match[2]! };
}
