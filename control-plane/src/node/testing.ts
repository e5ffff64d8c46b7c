/**
 * A whole control plane in memory for tests: real actors over in-memory SQLite, a clock that only tests move, seeded
 * randomness, real signatures, and agents that are no more than what they report and send.
 */
import { fromUtf8, toHex, utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { parseDocument } from '@skerry/proto/document';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type PackedRelease, packRelease } from '@skerry/proto/pack';
import { releaseManifest } from '@skerry/proto/release';
import { encodeResults, type ResultRow } from '@skerry/proto/results';
import { shardOf } from '@skerry/proto/shard';
import { parseMetadata, type TargetsSigned, tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { decode, encode, skerry, v1 } from '@skerry/proto/wire';
import { inflate } from '../adapters/inflate.ts';
import { joseTokens } from '../adapters/jose-tokens.ts';
import { createApp } from '../app.ts';
import { createCoordinator } from '../coordinator.ts';
import { FleetActor } from '../core/fleet/fleet-actor.ts';
import type { OperatorRole } from '../core/fleet/tokens.ts';
import { ShardActor } from '../core/shard/shard-actor.ts';
import type { Blobs, ShardPorts, Topic } from '../ports.ts';
import { actorRef } from './actors.ts';
import { openSqlite, type SqliteFile } from './sqlite.ts';

/** Deterministic bytes: SHA-256 in counter mode over a seed. */
export function seededRandom(seed: string): ShardPorts['random'] {
  let counter = 0;
  const block = (): Uint8Array => nodeCrypto.sha256(utf8(`${seed}/${counter++}`));
  return {
    bytes(length) {
      const out = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) out.set(block().subarray(0, length - at), at);
      return out;
    },
    unit: () => new DataView(block().buffer).getUint32(0) / 2 ** 32,
  };
}

export const START_MS = Date.UTC(2026, 10, 20, 9);
/** The operator's signing seed in tests. */
export const OPERATOR_SEED: Uint8Array = new Uint8Array(32).fill(7);

export const MODEL_YAML = (name: string, version: string): string => `
apiVersion: skerry/v1
kind: Release
name: ${name}
version: ${version}
window: { channels: [{ name: value }], rate: 1Hz, length: 4 }
input: { tensor: x }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 0.5, thresholdRange: [0.2, 0.9] }]
variants: [{ name: fp32, file: model.onnx, precision: fp32 }]
`;

export type World = ReturnType<typeof createWorld>;

/** Makes a world with `shards` shards. */
export function createWorld(options: { shards?: number; seed?: string } = {}) {
  const clock = { nowMs: START_MS };
  const alarms = new Map<string, number | undefined>();
  const woken: (readonly string[] | 'all')[] = [];
  const topics: Topic[] = [];
  const files = new Map<string, SqliteFile>();
  const ports = (name: string): ShardPorts => {
    const sql = openSqlite(':memory:');
    files.set(name, sql);
    return {
      sql,
      crypto: nodeCrypto,
      now: () => clock.nowMs,
      random: seededRandom(`${options.seed ?? 'world'}/${name}`),
      inflate,
      setAlarm: (atMs) => alarms.set(name, atMs),
    };
  };
  const fleet = new FleetActor(ports('fleet'));
  const shards = Array.from({ length: options.shards ?? 1 }, (_, i) => new ShardActor(ports(`shard-${i}`)));
  const coordinator = createCoordinator({
    fleet: actorRef(fleet),
    shards: shards.map((shard) => actorRef(shard)),
    notifier: { wakeAgents: (agents) => woken.push(agents), changed: (topic) => topics.push(topic) },
  });
  const shardFor = (agent: string): ShardActor => shards[shardOf(agent, shards.length)]!;
  return {
    clock,
    alarms,
    woken,
    topics,
    files,
    fleet,
    shards,
    coordinator,
    shardFor,
    /** Lets time pass and does what the alarms ask for, then. */
    async pass(ms: number): Promise<void> {
      clock.nowMs += ms;
      fleet.alarm();
      await coordinator.drive();
    },
    /** An enrolled, approved agent with one pipeline. */
    agent: (
      id: string,
      labels: Record<string, string> = {},
      pipeline: Partial<SimPipeline> = {},
    ): SimAgent => {
      shardFor(id).enrol({
        agent: id,
        publicKey: `key-of-${id}`,
        labels,
        facts: { arch: 'x64' },
        tokenLabels: {},
        autoApprove: true,
      });
      return new SimAgent(id, labels, clock, (bytes) => shardFor(id).sync(id, bytes).response, pipeline);
    },
  };
}

/** The app over a world, with blobs in memory. `as` makes a caller with a token of a role. */
export function createTestApp(world: World) {
  const held = new Map<string, Uint8Array>();
  const blobs: Blobs = {
    async get(digest, range) {
      const bytes = held.get(digest);
      if (!bytes) return undefined;
      const part = range ? bytes.subarray(range[0], range[1] + 1) : bytes;
      return { bytes: part, sizeBytes: bytes.length };
    },
    has: async (digest) => held.get(digest)?.length,
    async put(digest, bytes) {
      held.set(digest, bytes);
    },
  };
  const listeners = new Set<(topic: Topic) => void>();
  const tasks: (() => Promise<void>)[] = [];
  const logged: string[] = [];
  const app = createApp({
    fleet: actorRef(world.fleet),
    shards: world.shards.map((shard) => actorRef(shard)),
    coordinator: world.coordinator,
    blobs,
    notifier: {
      wakeAgents: (agents) => world.woken.push(agents),
      changed: (topic) => {
        for (const listener of listeners) listener(topic);
      },
    },
    changes: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    timers: {
      after(_, fn) {
        let cancelled = false;
        queueMicrotask(() => {
          if (!cancelled && listeners.size > 0 && fn.name === 'flush') fn();
        });
        return () => {
          cancelled = true;
        };
      },
    },
    tokens: joseTokens,
    crypto: nodeCrypto,
    now: () => world.clock.nowMs,
    later: (task) => tasks.push(task),
    log: (_level, module, msg) => logged.push(`${module}: ${msg}`),
  });
  const call = async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.request(`http://cp.test${path}`, init);
  return {
    call,
    blobs: held,
    tasks,
    logged,
    as(role: OperatorRole) {
      const { secret } = world.fleet.createOperatorToken('test', { name: `a-${role}`, role });
      return (path: string, init: RequestInit = {}): Promise<Response> =>
        call(path, { ...init, headers: { authorization: `Bearer ${secret}`, ...init.headers } });
    },
  };
}

/** A packed release of one small file. */
export function packTestRelease(
  name: string,
  version: string,
): { release: PackedRelease; blobs: Map<string, Uint8Array>; modelYaml: Uint8Array } {
  const modelYaml = utf8(MODEL_YAML(name, version));
  const manifest = parseDocument(fromUtf8(modelYaml), releaseManifest, { file: 'model.yaml' });
  const files = new Map([
    ['model.yaml', modelYaml],
    ['model.onnx', utf8(`weights of ${name} ${version}`)],
  ]);
  return { ...packRelease(nodeCrypto, manifest, files), modelYaml };
}

/** The first root: the operator's key and the fleet's online key. */
export function signTestRoot(fleet: FleetActor, nowMs = START_MS): Uint8Array {
  const root = createRoot(nodeCrypto, {
    operatorKeys: [tufKey(nodeCrypto.publicKey(OPERATOR_SEED))],
    onlineKey: fleet.onlineKey().key,
    nowMs,
  });
  return signMetadata(nodeCrypto, root, [OPERATOR_SEED]);
}

/** The targets that the fleet holds, or empty ones before the first. */
export function heldTargets(fleet: FleetActor, nowMs = START_MS): TargetsSigned {
  const bytes = fleet.metadata('targets');
  return bytes ? parseMetadata('targets', bytes).signed : emptyTargets(nowMs);
}

/** Pushes releases (`NAME@VERSION`) as an operator does: root at the first, then signed targets. */
export function pushTestReleases(
  fleet: FleetActor,
  refs: readonly string[],
  nowMs = START_MS,
): PackedRelease[] {
  if (!fleet.metadata('root')) fleet.putRoot('ola', signTestRoot(fleet, nowMs));
  const packs = refs.map((ref) => packTestRelease(ref.split('@')[0]!, ref.split('@')[1]!));
  let targets = heldTargets(fleet, nowMs);
  for (const { release } of packs)
    targets = addTarget(targets, {
      path: `${release.name}/${release.version}`,
      digest: release.digest,
      lengthBytes: release.manifestBytes.length,
    });
  const offered = new Map(
    packs.map((p) => [p.release.digest, { manifestBytes: p.release.manifestBytes, modelYaml: p.modelYaml }]),
  );
  const bytes = signTargets(nodeCrypto, targets, { nowMs, privateKeys: [OPERATOR_SEED] });
  fleet.putTargets('ola', bytes, undefined, offered);
  return packs.map((p) => p.release);
}

export interface SimPipeline {
  name: string;
  wants: string;
  pinned: boolean;
  release: string;
  releaseDigest: string;
  tryingDigest: string;
  state: skerry.v1.SlotState;
  error: string;
}

/** An agent as the control plane sees one: it reports, sends blocks, keeps what isn't acknowledged, takes desired state. */
export class SimAgent {
  readonly id: string;
  readonly pipeline: SimPipeline;
  labels: Record<string, string>;
  epoch: Uint8Array;
  blocks: skerry.v1.IBlock[] = [];
  sketches: skerry.v1.IDriftSketch[] = [];
  ledger: skerry.v1.ILedgerReport | undefined;
  desired: skerry.v1.IDesired | undefined;
  instance = '';
  readonly #clock: { nowMs: number };
  readonly #send: (bytes: Uint8Array) => Uint8Array;
  #last = { alert: 0, result: 0 };

  constructor(
    id: string,
    labels: Record<string, string>,
    clock: { nowMs: number },
    send: (bytes: Uint8Array) => Uint8Array,
    pipeline: Partial<SimPipeline>,
  ) {
    this.id = id;
    this.labels = labels;
    this.#clock = clock;
    this.#send = send;
    this.epoch = nodeCrypto.sha256(utf8(`epoch of ${id}`)).slice(0, 16);
    this.pipeline = {
      name: 'p',
      wants: 'press',
      pinned: false,
      release: '',
      releaseDigest: '',
      tryingDigest: '',
      state: skerry.v1.SlotState.SLOT_STATE_UNSPECIFIED,
      error: '',
      ...pipeline,
    };
  }

  /** Puts rows into the outbox as the next result block. */
  produce(rows: readonly ResultRow[], codec: (bytes: Uint8Array) => Partial<skerry.v1.IBlock> = plain): void {
    this.append('result', skerry.v1.BlockKind.BLOCK_KIND_RESULTS, rows.length, encodeResults(rows), codec);
  }

  append(
    lane: 'alert' | 'result',
    kind: skerry.v1.BlockKind,
    count: number,
    bytes: Uint8Array,
    codec: (bytes: Uint8Array) => Partial<skerry.v1.IBlock> = plain,
  ): void {
    const seq = ++this.#last[lane];
    const compressed = codec(bytes);
    this.blocks.push({
      epoch: this.epoch,
      lane: lane === 'alert' ? skerry.v1.Lane.LANE_ALERT : skerry.v1.Lane.LANE_RESULT,
      seq,
      seqLast: seq,
      kind,
      count,
      ...compressed,
      crc32c: crc32c(compressed.columns ?? new Uint8Array()),
    });
  }

  request(): Uint8Array {
    const lane = (number: skerry.v1.Lane, last: number): skerry.v1.ILaneRange => ({
      lane: number,
      firstPending: Number(this.blocks.find((b) => b.lane === number)?.seq ?? 0),
      last,
    });
    return encode(v1.SyncRequest, {
      protocol: 1,
      epoch: this.epoch,
      clock: { boot: 'boot', monoMs: this.#clock.nowMs - START_MS, wallMs: this.#clock.nowMs },
      reported: { version: '0.1.0', labels: this.labels, facts: { arch: 'x64' }, pipelines: [this.pipeline] },
      blocks: this.blocks,
      sketches: this.sketches,
      ledgers: this.ledger ? [this.ledger] : [],
      seenInstance: this.instance,
      seenGeneration: this.desired?.generation ?? 0,
      lanes: [
        lane(skerry.v1.Lane.LANE_ALERT, this.#last.alert),
        lane(skerry.v1.Lane.LANE_RESULT, this.#last.result),
      ],
    });
  }

  /** One exchange whose answer arrives. */
  sync(): skerry.v1.SyncResponse {
    const response = this.exchange();
    this.take(response);
    return response;
  }

  /** One exchange whose answer is lost on its way. */
  exchange(): skerry.v1.SyncResponse {
    return decode(v1.SyncResponse, this.#send(this.request()));
  }

  take(response: skerry.v1.SyncResponse): void {
    for (const ack of response.acks)
      if (toHex(ack.epoch ?? new Uint8Array()) === toHex(this.epoch))
        this.blocks = this.blocks.filter(
          (b) => b.lane !== ack.lane || Number(b.seqLast) > Number(ack.cursor ?? 0),
        );
    this.sketches = this.sketches.filter((s) => Number(s.seq) > Number(response.sketchCursor));
    if (response.desired) {
      this.desired = response.desired;
      this.instance = response.instance;
    }
  }

  /** What desired state says about the pipeline. */
  wanted(): string {
    return this.desired?.pipelines?.[0]?.release ?? '';
  }

  /** Activates what is desired, or gives it up with an error. */
  apply(error?: string): void {
    const entry = this.desired?.pipelines?.[0];
    const digest = entry?.releaseDigest ?? '';
    if (error !== undefined) {
      Object.assign(this.pipeline, {
        tryingDigest: digest,
        state: skerry.v1.SlotState.SLOT_STATE_FAILED,
        error,
      });
      return;
    }
    Object.assign(this.pipeline, {
      release: entry?.release ?? '',
      releaseDigest: digest,
      tryingDigest: '',
      state: skerry.v1.SlotState.SLOT_STATE_ACTIVE,
      error: '',
    });
  }
}

function plain(bytes: Uint8Array): Partial<skerry.v1.IBlock> {
  return { codec: skerry.v1.Codec.CODEC_NONE, columns: bytes };
}

/** A result row of device `d` in second `second` of the test's day. */
export function testRow(second: number, changes: Partial<ResultRow> = {}): ResultRow {
  const fromUs = START_MS * 1_000 + second * 1_000_000;
  return {
    pipeline: 'p',
    device: 'd',
    release: 'press@1.0.0',
    releaseDigest: `sha256:${'a'.repeat(64)}`,
    variant: 'fp32',
    backend: 'native',
    fromUs,
    toUs: fromUs + 4_000_000,
    decision: 'normal',
    outputs: { score: second / 100 },
    attribution: [],
    quality: { missing: 0, interpolated: 0, late: 0 },
    inputDigest: new Uint8Array(16),
    policy: 0,
    inferUs: 5,
    producedMs: START_MS,
    ...changes,
  };
}
