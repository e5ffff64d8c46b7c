/**
 * Invariant 7: the audit chain verifies, at every start of the control plane and in the end; and what agents say of their
 * ledgers there adds up.
 */
import type { FleetActor } from '@skerry/control-plane/core/fleet/fleet-actor';
import type { ShardActor } from '@skerry/control-plane/core/shard/shard-actor';
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'invariant 7 (the audit chain verifies, the ledger adds up)';
const PAGE = 1_000;

/** Verifies what the actors hold now. */
export function checkAudit(world: World, fleet: FleetActor, shard: ShardActor): void {
  const { brokenAt } = fleet.verifyAudit(1, Number.MAX_SAFE_INTEGER);
  if (brokenAt !== undefined)
    world.fail(new InvariantBroken(INVARIANT, `line ${brokenAt} of the audit log is broken`));
  for (const { agent, epoch, addsUp } of shard.ledgers({ limit: PAGE }))
    if (!addsUp)
      world.fail(new InvariantBroken(INVARIANT, `the ledger of ${agent}, epoch ${epoch}, does not add up`));
}
