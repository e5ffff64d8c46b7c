/**
 * A whole control plane in memory for tests: real actors over in-memory SQLite, a clock that only tests move, seeded
 * randomness, real signatures, and agents that are no more than what they report and send.
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { parseDocument } from '@skerry/proto/document';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type PackedRelease, packRelease } from '@skerry/proto/pack';
import { releaseManifest } from '@skerry/proto/release';
import { shardOf } from '@skerry/proto/shard';
import { parseMetadata, type TargetsSigned, tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { inflate } from '../adapters/inflate.ts';
import { joseTokens } from '../adapters/jose-tokens.ts';
import { createApp } from '../app.ts';
import { createCoordinator } from '../coordinator.ts';
import { FleetActor } from '../core/fleet/fleet-actor.ts';
import type { OperatorRole } from '../core/fleet/tokens.ts';
import { ShardActor, type ShardOptions } from '../core/shard/shard-actor.ts';
import type { Blobs, ShardPorts, Topic } from '../ports.ts';
import { actorRef } from './actors.ts';
import { openSqlite, type SqliteFile } from './sqlite.ts';
import { SimAgent, type SimPipeline, START_MS } from './testing-agent.ts';

export { SimAgent, START_MS, testRow } from './testing-agent.ts';

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
export function createWorld(options: { shards?: number; seed?: string; shard?: ShardOptions } = {}) {
  const clock = { nowMs: START_MS };
  const alarms = new Map<string, number | undefined>();
  const woken: (readonly string[] | 'all')[] = [];
  const topics: Topic[] = [];
  const files = new Map<string, SqliteFile>();
  const ports = (name: string): ShardPorts => {
    const sql = files.get(name) ?? openSqlite(':memory:');
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
  const shards = Array.from(
    { length: options.shards ?? 1 },
    (_, i) => new ShardActor(ports(`shard-${i}`), options.shard),
  );
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
    /** A shard begins anew over its database. */
    restartShard: (index: number) => new ShardActor(ports(`shard-${index}`), options.shard),
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
      publicKey = `key-of-${id}`,
    ): SimAgent => {
      shardFor(id).enrol({
        agent: id,
        publicKey,
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
    routes: app.routes,
    listeners: () => listeners.size,
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

/** A packed release of one small file, and a drift reference where one is given. */
export function packTestRelease(
  name: string,
  version: string,
  reference?: Uint8Array,
): { release: PackedRelease; blobs: Map<string, Uint8Array>; modelYaml: Uint8Array } {
  const drift = reference ? 'drift: { reference: reference.pb }\n' : '';
  const modelYaml = utf8(MODEL_YAML(name, version) + drift);
  const manifest = parseDocument(fromUtf8(modelYaml), releaseManifest, { file: 'model.yaml' });
  const files = new Map([
    ['model.yaml', modelYaml],
    ['model.onnx', utf8(`weights of ${name} ${version}`)],
    ...(reference ? [['reference.pb', reference] as const] : []),
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
  reference?: Uint8Array,
): PackedRelease[] {
  if (!fleet.metadata('root')) fleet.putRoot('ola', signTestRoot(fleet, nowMs));
  const packs = refs.map((ref) => packTestRelease(ref.split('@')[0]!, ref.split('@')[1]!, reference));
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

/** A JSON answer's object. */
export async function json(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
