/**
 * The control plane: the real app over the real actors, their databases in memory. A crash ends every call under way
 * wherever it stands between two actors; what an actor has committed is there after the restart.
 */

import { inflate } from '@skerry/control-plane/adapters/inflate';
import { createApp } from '@skerry/control-plane/app';
import { type Coordinator, createCoordinator } from '@skerry/control-plane/coordinator';
import { FleetActor } from '@skerry/control-plane/core/fleet/fleet-actor';
import type { Verb } from '@skerry/control-plane/core/rollout/operate';
import { type Rollout, type RolloutState, reviveRollout } from '@skerry/control-plane/core/rollout/rollout';
import { ShardActor } from '@skerry/control-plane/core/shard/shard-actor';
import { actorRef } from '@skerry/control-plane/node/actors';
import { openSqlite, type SqliteFile } from '@skerry/control-plane/node/sqlite';
import type { ActorRef, Notifier, ShardPorts, Sql } from '@skerry/control-plane/ports';
import type { Random } from '@skerry/firmware-sim/random';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { checkAudit } from './check/audit.ts';
import type { Mix } from './mix.ts';
import { CANDIDATES, GOOD, type SimulatedRelease, simulatedRelease } from './model.ts';
import type { Plant } from './plant.ts';
import { exponentialMs, randomPort } from './random-port.ts';
import { simulatedTokens } from './tokens.ts';
import type { Life, World } from './world.ts';

const OPERATOR_KEY = new Uint8Array(32).fill(7);
const RESTART_MS = 10_000;
const LATER_MS = 100;
const LOOK_MS = 5_000;
const TRIM_EVERY_MS = 40_000;

export interface ControlOptions {
  world: World;
  random: Random;
  mix: Mix;
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
  /** What its operator waits for, undefined where every rollout has come to its end. */
  waitsFor(): string | undefined;
  /** Of the first release. */
  readonly goodDigest: string;
  /** Of the newer one, where there is one. */
  readonly candidateDigest: string | undefined;
  /** The rollout of the newer one, undefined before it was made. */
  candidateRollout(): Rollout | undefined;
  /** Invariant 7, now. */
  check(): void;
  /** Crashes no more. */
  /** What of an agent's ledgers the control plane can't prove against what it holds. */
  unproven(agent: string): string[];
  heal(): void;
  close(): void;
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'reverted', 'aborted']);

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
  readonly #random: Record<'fleet' | 'shard' | 'crash' | 'trim', Random>;
  readonly #releases: SimulatedRelease[];
  readonly #alarms: Record<'fleet' | 'shard', Alarm> = { fleet: noAlarm(), shard: noAlarm() };
  #running: Running | undefined;
  #healed = false;

  constructor(options: ControlOptions) {
    this.#o = options;
    const fork = (label: string): Random => options.random.fork(label);
    this.#random = { fleet: fork('fleet'), shard: fork('shard'), crash: fork('crash'), trim: fork('trim') };
    const { mix } = options;
    this.#releases = [GOOD, ...(mix.candidate ? [CANDIDATES[mix.candidate]] : [])].map((which) =>
      simulatedRelease(mix, which),
    );
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
    this.#planTrim();
  }

  async serve(request: Request): Promise<Response> {
    const running = this.#running;
    if (!running) throw new TypeError('connection refused');
    const response = await running.fetch(request);
    return running.life.alive ? response : new Promise(() => undefined);
  }

  get goodDigest(): string {
    return this.#releases[0]!.packed.digest;
  }

  get candidateDigest(): string | undefined {
    return this.#releases[1]?.packed.digest;
  }

  candidateRollout(): Rollout | undefined {
    const [newest, older] = this.#fleetSql.all<{ doc: string }>(
      'SELECT doc FROM rollout ORDER BY created_ms DESC LIMIT 2',
    );
    return newest && older && reviveRollout(newest.doc);
  }

  check(): void {
    if (this.#running) checkAudit(this.#o.world, this.#running.fleet, this.#running.shard);
  }

  waitsFor(): string | undefined {
    if (!this.#running) return 'the control plane is down';
    const rollouts = this.#running.fleet.rollouts({ limit: 2 });
    if (rollouts.length < this.#releases.length) return `${rollouts.length} of the rollouts were made`;
    return rollouts.find(({ state }) => !ENDED.has(state.name))?.status;
  }

  unproven(agent: string): string[] {
    const proofs = this.#running?.shard.ledgerProofs({ agent, limit: 1_000 }) ?? [];
    return proofs.flatMap(({ problems }) => problems);
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
    const { retentionMs } = this.#o.mix;
    const shard = new ShardActor(
      this.#ports('shard', plant?.sql ? plant.sql(this.shard) : this.shard, life),
      retentionMs > 0 ? { retentionMs } : {},
    );
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
    this.check();
    for (const actor of ['fleet', 'shard'] as const) this.#setAlarm(actor, this.#alarms[actor].atMs, life);
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
      setAlarm: (atMs) => this.#setAlarm(name, atMs, life),
    };
  }

  // What is set outlives a crash, as a row of the database would.
  #setAlarm(actor: 'fleet' | 'shard', atMs: number | undefined, life: Life): void {
    const alarm = this.#alarms[actor];
    alarm.cancel();
    alarm.atMs = atMs;
    if (atMs === undefined) return;
    alarm.cancel = this.#o.world.after(atMs - this.#o.world.nowMs, () => {
      const running = this.#running;
      if (!running || !life.alive) return;
      this.#try('alarm', async () => {
        running[actor].alarm();
        if (actor === 'fleet') await running.coordinator.drive();
      });
    });
  }

  // A host may call earlier than it was asked to, and a short history wants to see what is let go.
  #planTrim(): void {
    const { world, mix } = this.#o;
    if (mix.retentionMs === 0) return;
    world.after(exponentialMs(this.#random.trim, TRIM_EVERY_MS), () => {
      this.#running?.shard.alarm();
      this.#planTrim();
    });
  }

  #try(what: string, task: () => Promise<void>): void {
    task().catch((error: unknown) => {
      this.#o.world.trace.note('control', `${what} failed: ${String(error)}`);
      const life = this.#running?.life;
      if (life) this.#setAlarm('fleet', this.#o.world.nowMs + LOOK_MS, life);
    });
  }

  #push(fleet: FleetActor): void {
    const { nowMs } = this.#o.world;
    const root = createRoot(nodeCrypto, {
      operatorKeys: [tufKey(nodeCrypto.publicKey(OPERATOR_KEY))],
      onlineKey: fleet.onlineKey().key,
      nowMs,
    });
    fleet.putRoot('ola', signMetadata(nodeCrypto, root, [OPERATOR_KEY]));
    let targets = emptyTargets(nowMs);
    const offered = new Map<string, { manifestBytes: Uint8Array; modelYaml: Uint8Array }>();
    for (const { packed, modelYaml, blobs } of this.#releases) {
      const { name, version, digest, manifestBytes } = packed;
      for (const [blob, bytes] of blobs) this.#blobs.set(blob, bytes);
      targets = addTarget(targets, {
        path: `${name}/${version}`,
        digest,
        lengthBytes: manifestBytes.length,
      });
      offered.set(digest, { manifestBytes, modelYaml });
    }
    const signed = signTargets(nodeCrypto, targets, { nowMs, privateKeys: [OPERATOR_KEY] });
    fleet.putTargets('ola', signed, undefined, offered);
  }

  // The operator looks every few seconds: once everyone is enrolled, the first release goes out to all, and on again
  // where the rollout has paused; the next one follows when it is everywhere.
  #operate(): void {
    this.#o.world.after(LOOK_MS, () => {
      const running = this.#running;
      if (running) this.#rollOut(running);
      if (this.waitsFor() !== undefined) this.#operate();
    });
  }

  #rollOut({ fleet, shard, coordinator }: Running): void {
    const { agents, mix, world } = this.#o;
    const rollouts = fleet.rollouts({ limit: 2 });
    const newest = rollouts[0];
    const next = this.#releases[rollouts.length];
    if (newest && !ENDED.has(newest.state.name)) {
      const isUnwanted =
        mix.candidate === 'works' &&
        rollouts.length > 1 &&
        mix.takenBackMs > 0 &&
        world.nowMs >= newest.createdMs + mix.takenBackMs;
      const verb = verbFor(newest.state, isUnwanted);
      if (!verb) return;
      fleet.operateRollout('ola', newest.id, verb);
      this.#try('rollout', () => coordinator.drive());
      return;
    }
    // An agent that hasn't said yet which pipelines it has is no agent to roll out to.
    const known = shard.agents({ limit: agents.length, state: 'approved' });
    if (next && known.filter(({ pipelines }) => pipelines.length > 0).length === agents.length)
      fleet.createRollout('ola', rolloutOf(next, mix.shadow));
  }

  #planCrash(): void {
    const { world, mix } = this.#o;
    if (mix.crash.controlEveryMs === 0) return;
    world.after(exponentialMs(this.#random.crash, mix.crash.controlEveryMs), () => {
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

interface Alarm {
  atMs: number | undefined;
  cancel: () => void;
}

function noAlarm(): Alarm {
  return { atMs: undefined, cancel: () => undefined };
}

/**
 * The good one reaches everybody, whatever one agent says of it; a newer one goes to one agent first, and is taken back
 * at the first refusal.
 */
function rolloutOf({ packed: { name, version } }: SimulatedRelease, shadow: boolean): string {
  const all = '{ name: all, agents: 100% }';
  const first = shadow ? '{ name: shadow, mode: shadow, agents: 50% }, ' : '';
  const [rest, stages] =
    version === GOOD.version
      ? ['minReached: 1\nonBreach: pause', all]
      : [
          'onBreach: revert',
          version === CANDIDATES.works.version ? `${first}{ name: one, agents: 1 }, ${all}` : all,
        ];
  return `apiVersion: skerry/v1\nkind: Rollout\nrelease: ${name}@${version}\n${rest}\nstages: [${stages}]`;
}

/** What the operator does about a rollout that isn't at its end, undefined for nothing. */
function verbFor(state: RolloutState, isUnwanted: boolean): Verb | undefined {
  if (state.name === 'draft') return 'start';
  if (state.name === 'reverting') return undefined;
  if (isUnwanted) return 'revert';
  if (state.name === 'running') return state.phase === 'awaiting-approval' ? 'approve' : undefined;
  return 'resume';
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
