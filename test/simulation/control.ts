/**
 * The control plane: the real app over the real actors, their databases in memory. A crash ends every call under way
 * wherever it stands between two actors; what an actor has committed is there after the restart.
 */

import { inflate } from '@skerry/control-plane/adapters/inflate';
import { createApp } from '@skerry/control-plane/app';
import { type Coordinator, createCoordinator } from '@skerry/control-plane/coordinator';
import { FleetActor } from '@skerry/control-plane/core/fleet/fleet-actor';
import type { RolloutInfo } from '@skerry/control-plane/core/fleet/rollouts';
import { ShardActor } from '@skerry/control-plane/core/shard/shard-actor';
import { actorRef } from '@skerry/control-plane/node/actors';
import { openSqlite, type SqliteFile } from '@skerry/control-plane/node/sqlite';
import type { ActorRef, Notifier, ShardPorts, Sql } from '@skerry/control-plane/ports';
import type { Random } from '@skerry/firmware-sim/random';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import type { CrashMix } from './mix.ts';
import type { SimulatedRelease } from './model.ts';
import type { Plant } from './plant.ts';
import { exponentialMs, randomPort } from './random-port.ts';
import { simulatedTokens } from './tokens.ts';
import type { Life, World } from './world.ts';

const OPERATOR_KEY = new Uint8Array(32).fill(7);
const RESTART_MS = 10_000;
const LATER_MS = 100;
const LOOK_MS = 5_000;

export interface ControlOptions {
  world: World;
  random: Random;
  mix: CrashMix;
  release: SimulatedRelease;
  /** Ids of the agents that the operator waits for before rolling out. */
  agents: readonly string[];
  wake: Notifier['wakeAgents'];
  plant: Plant | undefined;
}

export interface ControlPlane {
  /** Answers a request; never settles where the control plane crashes over it. Rejects while it is down. */
  serve(request: Request): Promise<Response>;
  /** SECRET.ROOTDIGEST for the agents' first start. */
  readonly enrolToken: string;
  /** The shard's database, for checkers to read. */
  readonly shard: Sql;
  /** The first line of the audit log whose hash doesn't hold, undefined where the chain is whole. */
  auditBreak(): number | undefined;
  /** Crashes no more. */
  heal(): void;
  close(): void;
}

/** Starts a control plane; its operator pushes the release and rolls it out to everyone once they are enrolled. */
export function createControlPlane(options: ControlOptions): ControlPlane {
  const control = new SimulatedControl(options);
  control.begin();
  return control;
}

interface Running {
  life: Life;
  fleet: FleetActor;
  shard: ShardActor;
  coordinator: Coordinator;
  fetch: (request: Request) => Response | Promise<Response>;
}

class SimulatedControl implements ControlPlane {
  enrolToken = '';
  readonly shard: SqliteFile = openSqlite(':memory:');
  readonly #o: ControlOptions;
  readonly #fleetSql = openSqlite(':memory:');
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #random: Record<'fleet' | 'shard' | 'crash', Random>;
  #alarmMs: number | undefined;
  #cancelAlarm: () => void = () => undefined;
  #running: Running | undefined;
  #healed = false;

  constructor(options: ControlOptions) {
    this.#o = options;
    const fork = (label: string): Random => options.random.fork(label);
    this.#random = { fleet: fork('fleet'), shard: fork('shard'), crash: fork('crash') };
  }

  begin(): void {
    const { fleet } = this.#boot();
    this.#push(fleet);
    const { secret } = fleet.createEnrolToken('ola', {
      name: 'all',
      labels: {},
      autoApprove: true,
      uses: this.#o.agents.length,
      expiresMs: this.#o.world.nowMs + 30 * 86_400_000,
    });
    this.enrolToken = `${secret}.${fleet.rootDigest()!.slice('sha256:'.length)}`;
    this.#operate();
    this.#planCrash();
  }

  async serve(request: Request): Promise<Response> {
    const running = this.#running;
    if (!running) throw new TypeError('connection refused');
    const response = await running.fetch(request);
    return running.life.alive ? response : new Promise(() => undefined);
  }

  auditBreak(): number | undefined {
    return this.#running?.fleet.verifyAudit(1, Number.MAX_SAFE_INTEGER).brokenAt;
  }

  heal(): void {
    this.#healed = true;
  }

  close(): void {
    this.shard.close();
    this.#fleetSql.close();
  }

  #boot(): Running {
    const { world, plant } = this.#o;
    const life: Life = { alive: true };
    const fleet = new FleetActor(this.#ports('fleet', this.#fleetSql, life));
    const shard = new ShardActor(this.#ports('shard', plant?.sql ? plant.sql(this.shard) : this.shard, life));
    const refs = { fleet: mortal(actorRef(fleet), life), shards: [mortal(actorRef(shard), life)] };
    const notifier: Notifier = {
      wakeAgents: (agents) => life.alive && this.#o.wake(agents),
      changed: () => undefined,
    };
    const coordinator = createCoordinator({ ...refs, notifier });
    const app = createApp({
      ...refs,
      coordinator,
      notifier,
      blobs: {
        get: async (digest) => sized(this.#blobs.get(digest)),
        has: async (digest) => this.#blobs.get(digest)?.length,
        put: async (digest, bytes) => void this.#blobs.set(digest, bytes),
      },
      changes: { subscribe: () => () => undefined },
      timers: { after: (delayMs, run) => world.after(delayMs, () => life.alive && run()) },
      tokens: simulatedTokens,
      crypto: nodeCrypto,
      now: () => world.nowMs,
      later: (task) => void world.after(LATER_MS, () => life.alive && this.#try('later', task)),
      log: (level, module, msg) => world.trace.note('control', `${level} ${module}: ${msg}`),
    });
    this.#running = { life, fleet, shard, coordinator, fetch: (request) => app.fetch(request) };
    world.trace.note('control', 'up');
    this.#setAlarm(this.#alarmMs, life);
    this.#try('start', async () => {
      await refs.fleet.alarm();
      await coordinator.drive({ pushAll: true });
    });
    return this.#running;
  }

  #ports(name: 'fleet' | 'shard', sql: Sql, life: Life): ShardPorts {
    return {
      sql,
      crypto: nodeCrypto,
      now: () => this.#o.world.nowMs,
      random: randomPort(this.#random[name]),
      inflate,
      setAlarm: (atMs) => name === 'fleet' && this.#setAlarm(atMs, life),
    };
  }

  // What is set outlives a crash, as a row of the database would.
  #setAlarm(atMs: number | undefined, life: Life): void {
    this.#cancelAlarm();
    this.#alarmMs = atMs;
    if (atMs === undefined) return;
    this.#cancelAlarm = this.#o.world.after(atMs - this.#o.world.nowMs, () => {
      const running = this.#running;
      if (!running || !life.alive) return;
      this.#try('alarm', async () => {
        running.fleet.alarm();
        await running.coordinator.drive();
      });
    });
  }

  #try(what: string, task: () => Promise<void>): void {
    task().catch((error: unknown) => {
      this.#o.world.trace.note('control', `${what} failed: ${String(error)}`);
      const life = this.#running?.life;
      if (life) this.#setAlarm(this.#o.world.nowMs + LOOK_MS, life);
    });
  }

  #push(fleet: FleetActor): void {
    const { release, world } = this.#o;
    const { nowMs } = world;
    const root = createRoot(nodeCrypto, {
      operatorKeys: [tufKey(nodeCrypto.publicKey(OPERATOR_KEY))],
      onlineKey: fleet.onlineKey().key,
      nowMs,
    });
    fleet.putRoot('ola', signMetadata(nodeCrypto, root, [OPERATOR_KEY]));
    for (const [digest, bytes] of release.blobs) this.#blobs.set(digest, bytes);
    const { packed, modelYaml } = release;
    const { digest, manifestBytes } = packed;
    const path = `${packed.name}/${packed.version}`;
    const targets = addTarget(emptyTargets(nowMs), { path, digest, lengthBytes: manifestBytes.length });
    const signed = signTargets(nodeCrypto, targets, { nowMs, privateKeys: [OPERATOR_KEY] });
    fleet.putTargets('ola', signed, undefined, new Map([[digest, { manifestBytes, modelYaml }]]));
  }

  // The operator looks every few seconds: once everyone is enrolled, the release goes out to all, and on again where
  // the rollout has paused.
  #operate(): void {
    this.#o.world.after(LOOK_MS, () => {
      const running = this.#running;
      const rollout = running?.fleet.rollouts({ limit: 1 })[0];
      if (rollout?.state.name === 'completed') return;
      if (running) this.#rollOut(running, rollout);
      this.#operate();
    });
  }

  #rollOut({ fleet, shard, coordinator }: Running, rollout: RolloutInfo | undefined): void {
    const { agents, release } = this.#o;
    if (rollout) {
      const { name } = rollout.state;
      if (name !== 'draft' && name !== 'paused') return;
      fleet.operateRollout('ola', rollout.id, name === 'draft' ? 'start' : 'resume');
      this.#try('rollout', () => coordinator.drive());
    } else if (shard.agents({ limit: agents.length, state: 'approved' }).length === agents.length)
      fleet.createRollout(
        'ola',
        `apiVersion: skerry/v1\nkind: Rollout\nrelease: ${release.packed.name}@${release.packed.version}\n` +
          'minReached: 1\nonBreach: pause\nstages: [{ name: all, agents: 100% }]',
      );
  }

  #planCrash(): void {
    const { world, mix } = this.#o;
    if (mix.controlEveryMs === 0) return;
    world.after(exponentialMs(this.#random.crash, mix.controlEveryMs), () => {
      if (this.#healed) return;
      this.#running!.life.alive = false;
      this.#running = undefined;
      world.trace.note('control', 'crashes');
      world.after(exponentialMs(this.#random.crash, RESTART_MS), () => {
        this.#boot();
        this.#planCrash();
      });
    });
  }
}

function sized(bytes: Uint8Array | undefined): { bytes: Uint8Array; sizeBytes: number } | undefined {
  return bytes && { bytes, sizeBytes: bytes.length };
}

/** An actor whose calls never come back once its process is gone. */
function mortal<A extends object>(ref: ActorRef<A>, life: Life): ActorRef<A> {
  return new Proxy(ref, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        if (!life.alive) return new Promise(() => undefined);
        const result: unknown = await method.apply(target, args);
        return life.alive ? result : new Promise(() => undefined);
      };
    },
  });
}
