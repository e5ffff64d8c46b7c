import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { inflate } from '../adapters/inflate.ts';
import { FleetActor } from '../core/fleet/fleet-actor.ts';
import { ShardActor, type ShardOptions } from '../core/shard/shard-actor.ts';
import type { ActorRef, ShardPorts } from '../ports.ts';
import { openSqlite } from './sqlite.ts';

export interface NodeActor<A> {
  ref: ActorRef<A>;
  close(): void;
}

/** The random port over `node:crypto`. */
export const nodeRandom: ShardPorts['random'] = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  unit: () => randomBytes(4).readUInt32LE() / 2 ** 32,
};

/** The fleet actor over `fleet.sqlite`. `onAlarm` runs after the actor's own alarm. */
export function openFleet(dataDir: string, onAlarm: () => Promise<void>): NodeActor<FleetActor> {
  return open(
    join(dataDir, 'fleet.sqlite'),
    (ports) => new FleetActor(ports),
    async (ref) => {
      await ref.alarm();
      await onAlarm();
    },
  );
}

/** A shard actor over `shard-N.sqlite`. */
export function openShard(dataDir: string, index: number, options: ShardOptions = {}): NodeActor<ShardActor> {
  return open(
    join(dataDir, `shard-${index}.sqlite`),
    (ports) => new ShardActor(ports, options),
    async (ref) => ref.alarm(),
  );
}

function open<A extends object>(
  path: string,
  create: (ports: ShardPorts) => A,
  onAlarm: (ref: ActorRef<A>) => Promise<void>,
): NodeActor<A> {
  const sql = openSqlite(path);
  sql.run('CREATE TABLE IF NOT EXISTS alarm (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL)');
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const arm = (atMs: number | undefined): void => {
    clearTimeout(timer);
    if (atMs === undefined || closed) return;
    // Timers take at most 2^31-1 ms; a later alarm is armed again then.
    const delayMs = Math.min(Math.max(0, atMs - Date.now()), 2_000_000_000);
    timer = setTimeout(() => {
      if (Date.now() < atMs) arm(atMs);
      else void fire();
    }, delayMs);
    timer.unref();
  };
  const actor = create({
    sql,
    crypto: nodeCrypto,
    now: Date.now,
    random: nodeRandom,
    inflate,
    setAlarm(atMs) {
      if (atMs === undefined) sql.run('DELETE FROM alarm');
      else sql.run('INSERT OR REPLACE INTO alarm (id, at_ms) VALUES (1, ?)', atMs);
      arm(atMs);
    },
  });
  const ref = actorRef(actor);
  const fire = async (): Promise<void> => {
    try {
      await onAlarm(ref);
    } catch (error) {
      if (closed) return;
      process.stderr.write(
        `${JSON.stringify({ time: new Date().toISOString(), level: 'error', module: 'alarm', msg: String(error) })}\n`,
      );
      arm(Date.now() + 5_000);
    }
  };
  arm(sql.all<{ at_ms: number }>('SELECT at_ms FROM alarm')[0]?.at_ms);
  return {
    ref,
    close() {
      closed = true;
      clearTimeout(timer);
      sql.close();
    },
  };
}

/**
 * An actor as routes see it. Its methods are synchronous, so a call is never interrupted and the calls queue by
 * themselves; they run a microtask later, and what they throw rejects.
 */
export function actorRef<A extends object>(actor: A): ActorRef<A> {
  const cache = new Map<PropertyKey, unknown>();
  return new Proxy(actor, {
    get(target, key) {
      // A promise looks for `then`; an actor has none.
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return undefined;
      let wrapped = cache.get(key);
      if (!wrapped) {
        wrapped = async (...args: unknown[]): Promise<unknown> => {
          await undefined;
          return method.apply(target, args) as unknown;
        };
        cache.set(key, wrapped);
      }
      return wrapped;
    },
  }) as unknown as ActorRef<A>;
}
