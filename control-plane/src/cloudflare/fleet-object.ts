/** The fleet actor as a Durable Object. The coordinator lives here: one drives at a time, wherever the call came from. */
import { DurableObject } from 'cloudflare:workers';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { type Coordinator, createCoordinator } from '../coordinator.ts';
import { FleetActor } from '../core/fleet/fleet-actor.ts';
import type { ShardActor } from '../core/shard/shard-actor.ts';
import type { ActorRef, Topic } from '../ports.ts';
import { type CallAnswer, callActor, durablePorts, remoteActor } from './actor-object.ts';
import { logLine } from './log.ts';
import { objectNotifier, shardCount, shardStub } from './objects.ts';
import type { Env, ObjectState, TopicVersions } from './platform.ts';
import { TopicCounter } from './topics.ts';

const RETRY_MS = 5_000;

export class FleetObject extends DurableObject<Env> {
  readonly #actor: FleetActor;
  readonly #coordinator: Coordinator;
  readonly #topics = new TopicCounter();
  /** A shard's database may have been restored while this object slept. */
  #pushAll = true;

  constructor(ctx: ObjectState, env: Env) {
    super(ctx, env);
    this.#actor = new FleetActor(durablePorts(ctx));
    this.#coordinator = createCoordinator({
      fleet: localActor(this.#actor),
      shards: Array.from({ length: shardCount(env) }, (_, i) =>
        remoteActor<ShardActor>(() => shardStub(env, i)),
      ),
      notifier: objectNotifier(
        env,
        (task) => ctx.waitUntil(task),
        (topic) => this.#topics.changed(topic),
      ),
    });
  }

  /** One actor method (actor-object.ts). */
  call(method: string, args: unknown[]): CallAnswer {
    const wanted = shardCount(this.env);
    const held = this.#actor.fixShards(wanted);
    if (held === wanted) return callActor(this.#actor, method, args);
    const message = `this deployment has ${held} shards, not ${wanted}`;
    return { error: { code: 'invalid', message, hint: `set SHARDS to "${held}" in wrangler.jsonc` } };
  }

  /** Performs what is due across the actors. */
  async drive(): Promise<void> {
    const pushAll = this.#pushAll;
    await this.#coordinator.drive({ pushAll });
    this.#pushAll = false;
  }

  changed(topic: Topic): void {
    this.#topics.changed(topic);
  }

  versions(): TopicVersions {
    return this.#topics.versions();
  }

  /** Called by the platform when the actor's alarm is due. */
  async alarm(): Promise<void> {
    try {
      this.#actor.alarm();
      await this.drive();
    } catch (error) {
      logLine('error', 'alarm', messageOf(error));
      await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
    }
  }
}

function localActor(actor: FleetActor): ActorRef<FleetActor> {
  return remoteActor<FleetActor>(() => ({
    call: async (method, args) => callActor(actor, method, args),
    fetch: () => Promise.reject(new SkerryError('unsupported', 'an actor in this object has no fetch')),
  }));
}
