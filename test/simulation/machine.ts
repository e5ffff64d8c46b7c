/**
 * A gateway: one disk, one clock, and the real agent on it, started again after every end. Whatever a life of it does
 * goes through ports that are dead once that life has ended, so a crash needs no cooperation: code behind it may run on
 * in memory and reaches nothing.
 */

import { nodeCompression } from '@skerry/agent/adapters/node-compression';
import { type Agent, createAgent } from '@skerry/agent/agent';
import type { AgentConfig } from '@skerry/agent/config';
import type { Blobs, Ports, Store } from '@skerry/agent/ports';
import type { Random } from '@skerry/firmware-sim/random';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { BatchFault } from '../support/faulty-store.ts';
import type { BoundCheck } from './check/bounded.ts';
import type { EvidenceCheck } from './check/evidence.ts';
import type { MembershipCheck } from './check/membership.ts';
import type { LedgerCheck } from './check/no-loss.ts';
import type { ServeCheck } from './check/serves.ts';
import { createMachineClock, type MachineClock } from './clock.ts';
import { configOf } from './config.ts';
import type { Broker, Published, Session } from './device.ts';
import { createSimulatedDisk, type SimulatedDisk } from './disk.ts';
import type { Mix } from './mix.ts';
import { simulatedBackend } from './model.ts';
import type { Network } from './net.ts';
import type { Plant } from './plant.ts';
import { exponentialMs, randomPort } from './random-port.ts';
import { InvariantBroken, type Life, type World } from './world.ts';

const ORDERLY_MS = 30_000;
const LOOK_MS = 2_000;
const END = '\uffff';

/**
 * Where an agent does otherwise than one without faults, and is right: its journal came to its bound before windows could
 * close, or it ended in the very moment in which it loaded a release, which it refuses from then on.
 */
const EXCUSES: readonly string[] = ['are closed as they stand', 'while this release was loaded'];

export interface MachineOptions {
  world: World;
  id: string;
  random: Random;
  mix: Mix;
  network: Network;
  enrolToken: () => string;
  ledger: LedgerCheck;
  bound: BoundCheck;
  evidence: EvidenceCheck;
  serves: ServeCheck;
  membership: MembershipCheck | undefined;
  /** Of the first release; what becomes of a newer one excuses nothing. */
  goodDigest: string;
  plant: Plant | undefined;
}

type End = 'kill' | 'power' | 'orderly';

export class Machine implements Broker {
  readonly id: string;
  readonly ledger: LedgerCheck;
  readonly bound: BoundCheck;
  starts = 0;
  /** Why what comes out may differ from a history without faults, where the agent has said so. */
  excuse: string | undefined;
  /** A record of its disk was damaged. */
  damaged = false;
  /** It has refused a newer release, or given it back. */
  refused = false;
  readonly #o: MachineOptions;
  readonly #disk: SimulatedDisk;
  readonly #clock: MachineClock;
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #faults: Random;
  readonly #armed = new Map<string, boolean>();
  #config: AgentConfig | undefined;
  #life: Life = { alive: false };
  #agent: Agent | undefined;
  #sessions = new Set<Session>();
  #onWake: (() => void) | undefined;
  #healed = false;
  /** Counts power losses: the machine's own boots. */
  #boots = 1;

  constructor(options: MachineOptions) {
    const { world, id, random, mix, ledger } = options;
    this.#o = options;
    this.id = id;
    this.ledger = ledger;
    this.bound = options.bound;
    this.#faults = random.fork('faults');
    this.#clock = createMachineClock(world, random.fork('clock'), mix.clock, id);
    this.#disk = createSimulatedDisk({
      world,
      random: random.fork('disk'),
      mix: mix.disk,
      machine: id,
      onPowerLoss: () => {
        this.#boots++;
        this.#die('power loss in a batch');
      },
    });
  }

  /** Whether the agent runs and its broker takes connections. */
  get serving(): boolean {
    return this.#agent !== undefined;
  }

  /** NAME@VERSION that serves, empty for none. */
  get release(): string {
    return this.#agent?.status().pipelines[0]?.release ?? '';
  }

  start(): void {
    this.#boot();
    this.#planEnd();
  }

  heal(): void {
    this.#healed = true;
    this.#disk.heal();
    this.#clock.heal();
  }

  wake(): void {
    this.#onWake?.();
  }

  connect(): Session | undefined {
    if (!this.#agent) return undefined;
    const session: Session = { open: true };
    this.#sessions.add(session);
    return session;
  }

  publish(session: Session, message: Published, acknowledge: () => void): void {
    const { topic, payload, client, packetId, dup } = message;
    const agent = this.#agent;
    const life = this.#life;
    if (!agent || !this.#sessions.has(session)) return;
    this.ledger.delivered();
    const done = (error?: Error): void => {
      if (!life.alive) return;
      if (error) {
        this.#o.world.trace.note(this.id, `not acknowledged: ${error.message}`);
        this.#hangUp(session);
        return;
      }
      this.ledger.acknowledged();
      acknowledge();
    };
    const ingest = this.#o.plant?.ingest?.((...args) => agent.ingest(...args)) ?? agent.ingest.bind(agent);
    ingest(topic, payload, done, { session: `in/${client}`, packetId, dup });
  }

  #boot(): void {
    const { world, plant } = this.#o;
    const life: Life = { alive: true };
    this.#life = life;
    this.starts++;
    world.trace.note(this.id, `start ${this.starts}`);
    if (!this.#healed && this.#faults.uniform() < this.#o.mix.disk.damage) this.#damage();
    const { ledger, bound, evidence } = this.#o;
    const fault = (): BatchFault | undefined => this.#disk.latest;
    const opened = bound.watch(evidence.watch(ledger.watch(this.#disk.open(), fault), fault));
    const store = plant?.store ? plant.store(opened) : opened;
    this.#open(life, store).then(
      (agent) => {
        if (!life.alive) return;
        this.#agent = agent;
        world.trace.note(this.id, 'serves');
        this.#look(life);
      },
      (error: unknown) => {
        if (life.alive) this.#onFatal(life, error);
      },
    );
  }

  #configured(): AgentConfig {
    this.#config ??= configOf(this.id, this.#o.mix, this.#o.enrolToken());
    return this.#config;
  }

  #look(life: Life): void {
    if (!life.alive || !this.#agent) return;
    this.#noteRelease();
    this.#o.world.quietly(LOOK_MS, () => this.#look(life));
  }

  #noteRelease(): void {
    if (!this.#agent) return;
    const { release } = this;
    this.#o.serves.look(release);
    this.#o.membership?.look(this.id, release);
  }

  #excuse(why: string): void {
    this.excuse ??= why;
    this.#o.serves.excuse();
  }

  #damage(): void {
    this.#o.world.trace.note(this.id, `damage: ${this.#disk.damage()}`);
    this.ledger.damaged();
    this.#o.evidence.damaged();
    this.damaged = true;
    this.#excuse('its disk was damaged');
  }

  async #open(life: Life, store: Store): Promise<Agent> {
    const { world, random, id, ledger, bound, evidence } = this.#o;
    const entries = await store.range({ gte: '', lt: END });
    ledger.recount(entries);
    bound.recount(entries);
    evidence.recount(entries);
    const agent = await createAgent({
      config: this.#configured(),
      agentId: id,
      version: '0.0.0-simulation',
      facts: {},
      ports: this.#ports(life, store, random.fork(`start-${this.starts}`)),
      compression: nodeCompression,
      localReleases: async () => new Map(),
      onFatal: (error) => this.#onFatal(life, error),
    });
    if (!life.alive) return new Promise(() => undefined);
    await agent.start();
    world.trace.note(id, 'started');
    return agent;
  }

  #ports(life: Life, store: Store, random: Random): Ports {
    const { world, network, plant, id } = this.#o;
    const clock = this.#clock.clock(world.nowMs);
    const transport = network.transport(id, life);
    return {
      clock: plant?.clock ? plant.clock(clock) : clock,
      timers: this.#clock.timers(life),
      random: randomPort(random),
      crypto: nodeCrypto,
      store,
      blobs: this.#blobsOf(life),
      backends: [simulatedBackend],
      publisher: {
        publish: ({ topic, payload }) => life.alive && world.trace.note(id, `publishes ${topic}`, payload),
      },
      transport: plant?.transport ? plant.transport(transport) : transport,
      wake: {
        connect: (_, __, onWake) => {
          this.#onWake = () => network.notice(id, () => life.alive && onWake());
          return () => undefined;
        },
      },
      log: (level, module, msg, fields) => {
        const error = fields?.error === undefined ? '' : `: ${messageOf(fields.error)}`;
        if (!life.alive) return;
        world.trace.note(id, `${level} ${module}: ${msg}${error}`);
        const isOfCandidate = fields?.digest !== undefined && fields.digest !== this.#o.goodDigest;
        if (isOfCandidate && level === 'error') this.refused = true;
        if (module === 'release') this.#noteRelease();
        for (const excuse of EXCUSES) if (!isOfCandidate && msg.includes(excuse)) this.#excuse(excuse);
      },
      crashPoint: (name) => this.#atCrashPoint(life, name),
      machineBoot: `${id}/${this.#boots}`,
    };
  }

  // Files are whole or not there, and survive whatever happens.
  #blobsOf(life: Life): Blobs {
    const alive = async <T>(work: () => T): Promise<T> => {
      await Promise.resolve();
      return life.alive ? work() : new Promise<never>(() => undefined);
    };
    return {
      path: () => alive(() => undefined),
      read: (digest) => alive(() => this.#blobs.get(digest)),
      write: (digest, bytes) => alive(() => void this.#blobs.set(digest, bytes.slice())),
      retain: (digests) =>
        alive(() => {
          for (const digest of this.#blobs.keys()) if (!digests.has(digest)) this.#blobs.delete(digest);
        }),
    };
  }

  #atCrashPoint(life: Life, name: string): void {
    const { crash } = this.#o.mix;
    if (!life.alive || this.#healed || crash.armed === 0) return;
    let armed = this.#armed.get(name);
    if (armed === undefined) {
      armed = this.#o.random.fork(`arm ${name}`).uniform() < crash.armed;
      this.#armed.set(name, armed);
    }
    if (armed && this.#faults.uniform() < crash.strike) this.#end(this.#drawEnd(false), `at ${name}`);
  }

  // A full disk may keep an agent from starting; anything else that ends it is a fault of its own.
  #onFatal(life: Life, error: unknown): void {
    if (!life.alive) return;
    if (!(error instanceof SkerryError))
      this.#o.world.fail(new InvariantBroken('runs', `${this.id} gave up: ${String(error)}`, error));
    this.#end('kill', `it gave up: ${String(error)}`);
  }

  #planEnd(): void {
    const { world, mix } = this.#o;
    if (mix.crash.everyMs === 0) return;
    world.after(exponentialMs(this.#faults, mix.crash.everyMs), () => {
      if (this.#healed) return;
      if (this.#life.alive) this.#end(this.#drawEnd(true), 'at any time');
      this.#planEnd();
    });
  }

  #drawEnd(mayBeOrderly: boolean): End {
    const { power, orderly } = this.#o.mix.crash;
    if (mayBeOrderly && this.#agent && this.#faults.uniform() < orderly) return 'orderly';
    return this.#faults.uniform() < power ? 'power' : 'kill';
  }

  #end(how: End, why: string): void {
    if (how === 'orderly') {
      this.#stop();
      return;
    }
    if (how === 'power') this.#boots++;
    this.#die(`${how} ${why}`);
    this.#disk.crash(how);
  }

  #stop(): void {
    const { world } = this.#o;
    const life = this.#life;
    const agent = this.#agent!;
    world.trace.note(this.id, 'is stopped');
    this.#agent = undefined;
    this.#hangUpAll();
    agent.stop().then(
      () => life.alive && this.#end('kill', 'stopped'),
      (error: unknown) => this.#onFatal(life, error),
    );
    world.after(ORDERLY_MS, () => life.alive && this.#end('kill', 'takes too long to stop'));
  }

  #die(why: string): void {
    const { world, mix } = this.#o;
    if (!this.#life.alive) return;
    this.#life.alive = false;
    this.#agent = undefined;
    this.#onWake = undefined;
    this.#hangUpAll();
    world.trace.note(this.id, `dies: ${why}`);
    world.after(1 + exponentialMs(this.#faults, mix.crash.downMs), () => this.#boot());
  }

  #hangUpAll(): void {
    for (const session of this.#sessions) session.open = false;
    this.#sessions.clear();
  }

  #hangUp(session: Session): void {
    session.open = false;
    this.#sessions.delete(session);
  }
}
