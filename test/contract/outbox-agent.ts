/**
 * An agent with the real outbox over a disk in memory, and the real exchange over HTTP: what it keeps can be copied, as
 * an image of its disk is.
 */
import { createByHand } from '@skerry/agent/byhand/byhand';
import { openOutbox } from '@skerry/agent/outbox/open';
import type { Outbox } from '@skerry/agent/outbox/outbox';
import { buildOffer, DEFAULT_LIMITS, type Interpretation, interpret } from '@skerry/agent/sync/session';
import { TestWorld } from '@skerry/agent/sync/test-world';
import { concat } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { ResultRow } from '@skerry/proto/results';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import type { HttpAgent } from './control-plane-world.ts';

export class OutboxAgent {
  readonly http: HttpAgent;
  readonly world: TestWorld;
  readonly boot: string;
  outbox!: Outbox;
  #desired: { instance: string; generation: number } = { instance: '', generation: 0 };

  private constructor(http: HttpAgent, world: TestWorld, boot: string) {
    this.http = http;
    this.world = world;
    this.boot = boot;
  }

  /** An agent that came in over HTTP, on an empty disk. */
  static async begin(http: HttpAgent): Promise<OutboxAgent> {
    const world = new TestWorld();
    world.wallMs = Date.now();
    world.entries.set('i/key', http.seed);
    world.entries.set('i/enrolment', new TextEncoder().encode('{"status":"approved"}'));
    return new OutboxAgent(http, world, `${http.sim.id}-0`).#open(1);
  }

  /** The disk as it is now, in a machine of its own: `salt` tells its randomness and its boot apart. */
  copy(salt: number): Promise<OutboxAgent> {
    const world = new TestWorld();
    world.wallMs = this.world.wallMs;
    for (const [key, value] of this.world.entries) world.entries.set(key, value.slice());
    return new OutboxAgent(this.http, world, `${this.http.sim.id}-${salt}`).#open(salt);
  }

  async #open(salt: number): Promise<this> {
    let drawn = 0;
    const random = {
      bytes: (n: number) => nodeCrypto.sha256(Uint8Array.of(salt, ++drawn, this.http.seed[0]!)).slice(0, n),
      unit: () => 0.5,
    };
    const { outbox } = await openOutbox(this.world.store, {
      clock: this.world.clock,
      random,
      log: this.world.log,
      crashPoint: () => undefined,
      limits: { maxBytes: 1024 ** 2, maxAgeMs: 86_400_000, whenFull: 'degrade', durability: 'fsync' },
    });
    this.outbox = outbox;
    this.byHand = createByHand({
      agentId: this.http.sim.id,
      store: this.world.store,
      outbox,
      crypto: nodeCrypto,
      random,
      log: this.world.log,
      situation: () => this.#situation(),
      applyDesired: async ({ generation }, instance) => {
        this.#desired = { instance, generation: generation ?? 0 };
      },
    });
    return this;
  }

  byHand!: ReturnType<typeof createByHand>;

  /** Commits results as the next block. */
  async produce(...rows: ResultRow[]): Promise<void> {
    this.world.monoMs += 1_000;
    this.world.wallMs += 1_000;
    await this.outbox.commitProgress({
      rows,
      alerts: [],
      sketches: [],
      deviceStates: [],
      counters: [],
      fedThrough: 0,
      trimBelow: 0,
    });
  }

  /** One exchange, whose answer takes effect as in the sync loop. */
  async sync(): Promise<Interpretation> {
    this.world.monoMs += 1_000;
    this.world.wallMs += 1_000;
    const offer = await buildOffer(this.outbox, this.#situation(), DEFAULT_LIMITS);
    const answer = await this.http.post(encode(v1.SyncRequest, offer.request));
    if (answer.status !== 200) throw new Error(`sync: ${answer.status} ${JSON.stringify(answer.json)}`);
    const interpretation = interpret(offer, decode(v1.SyncResponse, answer.bytes));
    for (const effect of interpretation.effects)
      if (effect.kind === 'acknowledge')
        await this.outbox.acknowledge(effect.acks, effect.sketchCursor, effect.held);
      else if (effect.kind === 'new-epoch') await this.outbox.newEpoch(effect.reason);
    return interpretation;
  }

  /** A request that says how things stand and brings nothing. */
  async report(): Promise<Uint8Array> {
    const { request } = await buildOffer(this.outbox, this.#situation(), DEFAULT_LIMITS);
    return encode(v1.SyncRequest, { ...request, blocks: [] });
  }

  /** The bytes of an exported file. */
  async export(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const bytes of await this.byHand.export()) parts.push(bytes);
    return concat(parts);
  }

  /** The ledger of the results of the present epoch. */
  results(): skerry.v1.IResultLedger {
    return this.outbox.ledgers().at(-1)!.results!;
  }

  #situation(): {
    clock: skerry.v1.IClockReading;
    reported: skerry.v1.IReported;
    seen: { instance: string; generation: number };
  } {
    const { monoMs, wallMs } = this.world;
    return {
      clock: { boot: this.boot, monoMs, wallMs },
      reported: { version: '0.1.0', labels: {}, facts: { arch: 'x64' }, pipelines: [this.http.sim.pipeline] },
      seen: this.#desired,
    };
  }
}
