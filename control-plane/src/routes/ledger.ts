import { SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';
import type { LedgerPosition } from '../core/shard/ledger.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { page, pageOf } from './endpoint.ts';
import { gather, shardsFor } from './shards.ts';

const agent = z.string().optional();
/** A proof reads every block of its epoch that is held, so there are fewer on a page. */
const proofPage = { ...page, limit: z.coerce.number().int().min(1).max(100).default(20) };

/** Agents' ledgers, and the proof of each against what this server holds. */
export function ledgerRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/ledger',
      summary: "Agents' ledgers beside what this server holds",
      role: 'viewer',
      query: z.strictObject({ ...page, agent }),
    },
    async ({ query }) => {
      const ask = { ...query, cursor: positionOf(query.cursor) };
      const items = await gather(shardsFor(deps, query.agent), (shard) => shard.ledgers(ask), inOrder);
      const counts = await Promise.all(deps.shards.map((shard) => shard.counts()));
      const held = counts.reduce((sum, c) => sum + c.counters.results_ingested, 0);
      const duplicates = counts.reduce((sum, c) => sum + c.counters.results_duplicate, 0);
      const quarantined = counts.reduce((sum, c) => sum + c.counters.results_quarantined, 0);
      return { ...pageOf(items, query.limit, cursorOf), server: { held, duplicates, quarantined } };
    },
  );
  api.add(
    {
      method: 'GET',
      path: '/ledger/verify',
      summary: "Agents' ledgers proven against the blocks that this server holds, by epoch and lane",
      role: 'viewer',
      query: z.strictObject({ ...proofPage, agent }),
    },
    async ({ query }) => {
      const ask = { ...query, cursor: positionOf(query.cursor) };
      const items = await gather(shardsFor(deps, query.agent), (shard) => shard.ledgerProofs(ask), inOrder);
      return pageOf(items, query.limit, cursorOf);
    },
  );
}

function inOrder(a: LedgerPosition, b: LedgerPosition): number {
  if (a.agent === b.agent) return a.epoch < b.epoch ? -1 : 1;
  return a.agent < b.agent ? -1 : 1;
}

function cursorOf({ agent: id, epoch }: LedgerPosition): string {
  return `${id}/${epoch}`;
}

function positionOf(cursor: string | undefined): LedgerPosition | undefined {
  if (cursor === undefined) return undefined;
  const [id, epoch, ...rest] = cursor.split('/');
  if (id === undefined || epoch === undefined || rest.length > 0)
    throw new SkerryError('invalid', 'the cursor is none that was given out here');
  return { agent: id, epoch };
}
