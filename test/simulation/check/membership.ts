/**
 * Invariant 4: at no moment do more agents than the stage's frozen membership run a release under rollout, and none but
 * members; taken back, none does, once reached. Asked of the agents themselves and of the control plane's own tables,
 * whenever an agent changes its release and every few seconds.
 */
import type { Rollout } from '@skerry/control-plane/core/rollout/rollout';
import type { Sql } from '@skerry/control-plane/ports';
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'invariant 4 (no more agents than the stage has members)';

export interface MembershipCheck {
  /** An agent serves this release now (NAME@VERSION), empty for none. */
  look(agent: string, release: string): void;
}

/** What the checker asks of the control plane. */
export interface RolloutsHeld {
  /** The rollout of a release, undefined before there is one. */
  rollout(): Rollout | undefined;
  /** The database that its members stand in. */
  readonly shard: Sql;
}

/** A checker of one release under rollout. */
export function createMembershipCheck(world: World, candidate: string, held: RolloutsHeld): MembershipCheck {
  const running = new Set<string>();
  const fail = (message: string): void => world.fail(new InvariantBroken(INVARIANT, message));
  return {
    look(agent, release) {
      if (release !== candidate) {
        running.delete(agent);
        return;
      }
      running.add(agent);
      const rollout = held.rollout();
      if (!rollout) return fail(`${agent} serves ${candidate}, which nobody rolled out`);
      if (rollout.state.name === 'completed') return;
      const members = held.shard
        .all<{ agent: string }>('SELECT agent FROM member WHERE rollout = ?', rollout.id)
        .map((row) => row.agent);
      if (!members.includes(agent)) fail(`${agent} serves ${candidate} and is no member of its rollout`);
      const most = rollout.frozen.at(-1)?.members ?? 0;
      if (running.size > most)
        fail(`${[...running].join(', ')} serve ${candidate}, and its stage has ${most} members`);
    },
  };
}
