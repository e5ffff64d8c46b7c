/**
 * What crosses actors: freezing a stage's membership over the shards, pushing the plan, gathering evidence. The fleet
 * stores what is due before anything is done, and every step may be repeated, so a crash anywhere is repaired by the
 * next drive. Order within a drive: freeze, then publish the plan that names the stage, then look at the evidence.
 */
import type { FleetActor } from './core/fleet/fleet-actor.ts';
import type { FreezeWork } from './core/fleet/plan-builder.ts';
import { cutPlace, stageSize } from './core/rollout/stages.ts';
import type { ShardActor } from './core/shard/shard-actor.ts';
import { mergeEvidence } from './core/shard/stage-evidence.ts';
import type { ActorRef, Notifier } from './ports.ts';

export interface CoordinatorDeps {
  fleet: ActorRef<FleetActor>;
  shards: readonly ActorRef<ShardActor>[];
  notifier: Notifier;
}

export interface Coordinator {
  /**
   * Performs everything that is due and returns when nothing is. Drives don't overlap: one that is asked for meanwhile
   * runs once after. `pushAll` sends the plan to every shard whatever they confirmed (at start: a shard's database may
   * have been restored).
   */
  drive(options?: { pushAll?: boolean }): Promise<void>;
}

/** Rounds of one drive; each moves every rollout by a stage at most. What is left waits for the alarm. */
const MAX_ROUNDS = 50;

export function createCoordinator(deps: CoordinatorDeps): Coordinator {
  let running: Promise<void> | undefined;
  let again: Promise<void> | undefined;
  let againPushAll = false;
  const start = (pushAll: boolean): Promise<void> => {
    const drive = driveOnce(deps, pushAll).finally(() => {
      if (running === drive) running = undefined;
    });
    running = drive;
    return drive;
  };
  return {
    drive({ pushAll = false } = {}) {
      if (!running) return start(pushAll);
      againPushAll ||= pushAll;
      if (!again) {
        // The failure of the drive before is reported to whoever asked for that one.
        const next = running
          .catch(() => undefined)
          .then(() => {
            again = undefined;
            const all = againPushAll;
            againPushAll = false;
            return start(all);
          });
        again = next;
      }
      return again;
    },
  };
}

async function driveOnce(deps: CoordinatorDeps, pushAll: boolean): Promise<void> {
  let forced = pushAll;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = await deps.fleet.work();
    for (const freeze of before.freezes) await freezeStage(deps, freeze);
    const work = before.freezes.length > 0 ? await deps.fleet.work() : before;
    let pushed = false;
    for (const [index, shard] of deps.shards.entries()) {
      if (!forced && (work.confirmed[index] ?? -1) >= work.plan.generation) continue;
      await shard.setPlan(work.plan);
      await deps.fleet.planPushed(index, work.plan.generation);
      pushed = true;
    }
    forced = false;
    if (pushed) deps.notifier.wakeAgents('all');
    if (work.evidence.length === 0) {
      if (pushed) deps.notifier.changed('rollouts');
      return;
    }
    const byShard = await Promise.all(deps.shards.map((shard) => shard.evidence(work.evidence)));
    const merged = work.evidence.map((query, i) => ({
      rollout: query.rollout,
      evidence: mergeEvidence(byShard.map((parts) => parts[i]!)),
    }));
    const decided = await deps.fleet.observe(work.plan.generation, merged);
    if (pushed || decided) deps.notifier.changed('rollouts');
    if (!decided) return;
  }
}

async function freezeStage({ fleet, shards }: CoordinatorDeps, work: FreezeWork): Promise<void> {
  const { rollout, stage, salt, name, digest } = work;
  const isShadow = work.spec.stages[stage]!.mode === 'shadow';
  const query = { rollout, stage, isShadow, salt, selector: work.spec.selector, name, digest };
  const prepared = await Promise.all(shards.map((shard) => shard.prepareStage(query)));
  const eligible = prepared.reduce((sum, part) => sum + part.eligible, 0);
  const already = prepared.reduce((sum, part) => sum + part.members, 0);
  if (eligible === 0) {
    await Promise.all(shards.map((shard) => shard.discardStage(query)));
    return;
  }
  const take = stageSize(work.spec, stage, eligible) - already;
  const places = take > 0 ? await Promise.all(shards.map((shard) => shard.lowestPlaces(query, take))) : [];
  const cut = cutPlace(places, take);
  const members = await Promise.all(shards.map((shard) => shard.commitStage(query, cut)));
  await fleet.stageFrozen(rollout, { stage, eligible, members: members.reduce((a, b) => a + b, 0) });
}
