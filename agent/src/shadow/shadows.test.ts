// How a shadow comes, stays out of the way, and goes: real models and blobs, one pipeline, scripted time.
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { releaseRef } from '@skerry/proto/release';
import type { skerry } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { agentConfig } from '../config.ts';
import type { Activation, EvidenceNotes } from '../evidence/types.ts';
import type { Engine } from '../inference/engine.ts';
import { breakable, engineOver, loadableFrom } from '../inference/test-engine.ts';
import { createLane, type Lane } from '../lane.ts';
import type { Blobs } from '../ports.ts';
import { type TestRelease, testReleases } from '../release/test-release.ts';
import { TestWorld } from '../sync/test-world.ts';
import { Shadows } from './shadows.ts';
import type { ShadowsOptions } from './types.ts';

const release = testReleases(nodeCrypto);
const serving = release({ version: '1.0.0' });
const next = release({ version: '1.1.0', weights: [2, 1, 1, 1] });
const broken = release({ version: '1.2.0', weights: [-1, 1, 1, 1], golden: [1, 1, 1, 1] });
const longer = release({ version: '1.3.0', weights: [1, 1, 1, 1], length: 2 });
const everything = [next, broken, longer];

let world: TestWorld;
let blobs: Blobs & { bytes: Map<string, Uint8Array> };
let backend: ReturnType<typeof breakable>;
let engine: Engine;
let lane: Lane;
let shadows: Shadows;
let evidence: { begun: Activation[]; ended: number; windows: number; shed: number };
let captured: skerry.v1.ICapturedWindow[];
let online: boolean;
let busy: boolean;
let crash: boolean;

beforeEach(async () => {
  world = new TestWorld();
  const bytes = new Map<string, Uint8Array>();
  blobs = {
    bytes,
    path: async () => undefined,
    read: async (digest) => bytes.get(digest),
    write: async (digest, content) => void bytes.set(digest, content),
    retain: async () => undefined,
  };
  [online, busy, crash] = [true, false, false];
  await boot();
});

class Killed extends Error {}

/** A process start on what the disk holds, with 1.0.0 serving. */
async function boot(inference: Record<string, unknown> = {}, maxMemoryBytes = 1024 ** 2): Promise<void> {
  const config = agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    mqtt: { listen: {} },
    inference: { shadow: inference },
    pipelines: [
      {
        name: 'p',
        release: 'file:x',
        source: {
          topics: ['a/+'],
          time: { field: 'ts', unit: 's' },
          channels: { vibration: 'v', temperature: 't' },
        },
      },
    ],
  });
  evidence = { begun: [], ended: 0, windows: 0, shed: 0 };
  const notes: EvidenceNotes = {
    begin: (_, __, activation) => void evidence.begun.push(activation),
    end: () => void evidence.ended++,
    noteRun: (_, __, ___, count) => {
      evidence.windows += count;
    },
    noteRow: () => undefined,
    noteShadow: (_, { shed }) => {
      evidence.shed += shed;
    },
  };
  const { limits } = config;
  const ports = { ...world, blobs, crypto: nodeCrypto };
  backend = breakable(createOrtNodeBackend(), () => undefined);
  engine = engineOver({ ...ports }, [backend], { maxMemoryBytes, makeRoom: () => shadows.giveWay() });
  captured = [];
  const capture = {
    randomShare: 0,
    novelty: config.capture.novelty,
    isHeld: () => false,
    keep: (window: skerry.v1.ICapturedWindow) => void captured.push(window),
  };
  lane = createLane(config.pipelines[0]!, { agentId: 'gw', limits, clock: world.clock, ports, capture });
  shadows = new Shadows({
    ports: {
      ...ports,
      crashPoint: () => {
        if (crash) throw new Killed();
      },
    },
    agentId: 'gw',
    lanes: new Map([['p', lane]]),
    engine,
    releases: {
      exclusively: (work) => work(),
      // As the releases' keeper does: what neither it nor a shadow needs goes.
      async apply() {
        const kept = [serving, ...everything.filter((r) => shadows.wished().includes(r.target))];
        const needed = new Set(kept.flatMap((r) => [...r.blobs.keys()]));
        for (const digest of blobs.bytes.keys()) if (!needed.has(digest)) blobs.bytes.delete(digest);
      },
    },
    obtain: async (_, target) => {
      if (!online) throw new SkerryError('unavailable', 'the control plane does not answer');
      const found = everything.find((r) => r.target.digest === target.digest)!;
      for (const [digest, content] of found.blobs)
        if (!blobs.bytes.has(digest)) await blobs.write(digest, content);
    },
    evidence: notes,
    isBusy: () => busy,
    config,
    onChange: () => undefined,
  } satisfies ShadowsOptions);
  await shadows.start();
  const { manifest, target } = serving;
  engine.serve('p', await engine.prepare(await loadableFrom(blobs, serving)));
  lane.pipeline.setRelease(manifest, target.digest, releaseRef(manifest));
}

/** Until the shadow's keeper has done what it can: models are loaded by native threads, in real time. */
async function settled(): Promise<void> {
  await expect
    .poll(async () => {
      await world.settle();
      return ['active', 'failed', undefined].includes(shadows.status('p')?.state) || waits();
    })
    .toBe(true);
}

const waits = (): boolean => shadows.status('p')?.error !== undefined;

async function wish(of: TestRelease | undefined): Promise<void> {
  const wished = of && { target: of.target, policy: undefined, policyGeneration: 0 };
  shadows.apply(new Map(wished ? [['p', wished]] : []));
  await settled();
}

let seconds = 0;
/** So many windows through the release that serves. */
async function serve(count: number, values = [1, 2]): Promise<string[]> {
  const { pipeline } = lane;
  for (let i = 0; i <= count; i++) pipeline.acceptRow('d', ++seconds * 1e6, values, Number.POSITIVE_INFINITY);
  const batch = pipeline.takePending();
  if (batch) pipeline.feed(batch, seconds, 0, 'live');
  const decided: string[] = [];
  for (let windows = pipeline.takeReady(64); windows; windows = pipeline.takeReady(64))
    decided.push(
      ...pipeline
        .conclude(windows, await engine.run('p', windows), { producedMs: 0 })
        .rows.map((row) => row.releaseDigest),
    );
  return decided;
}

/** Lets the shadow run for this long. */
async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += ms / 10) {
    await world.pass(ms / 10);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

test('a shadow is obtained, checked and run, and what serves goes on serving', async () => {
  await wish(next);
  expect(shadows.status('p')).toMatchObject({ state: 'active', target: next.target, variant: 'fp32' });
  expect(evidence.begun).toMatchObject([{ digest: next.target.digest, champion: serving.target.digest }]);
  const decided = await serve(20);
  await pass(100);
  expect(new Set(decided)).toEqual(new Set([serving.target.digest]));
  expect(shadows.status('p')!.counts).toMatchObject({ windows: decided.length, errors: 0, shed: 0 });
  expect(engine.serving('p')?.digest).toBe(serving.target.digest);
});

test('windows on which it decides otherwise are captured where a policy asks for it', async () => {
  lane.capture!.usePolicy({
    windowMs: 1,
    minSamples: 1,
    input: {},
    output: {},
    thresholds: {},
    onAlert: ['capture'],
    capture: { bytesPerDay: 1e12 },
  });
  await wish(next);
  await pass(1_000);
  await serve(20);
  await pass(100);
  expect(captured).toEqual([]);
  // 0.4 by what serves and 0.6 by its shadow, on both sides of the threshold.
  await serve(20, [1.4, 2]);
  await pass(100);
  const [first] = captured;
  expect(captured.every(({ reason }) => reason === 'disagreement')).toBe(true);
  expect(first).toMatchObject({
    releaseDigest: serving.target.digest,
    score: expect.closeTo(0.4),
    threshold: 0.5,
  });
  expect([...new Float32Array(first!.values!.slice().buffer)].map((v) => v.toFixed(1)).at(-2)).toBe('1.4');
});

test('it runs only while nothing waits for what serves', async () => {
  await wish(next);
  busy = true;
  await serve(10);
  await pass(500);
  expect(evidence.windows).toBe(0);
  busy = false;
  await pass(100);
  expect(evidence.windows).toBeGreaterThan(0);
});

test('a release that fails its golden vectors is refused by name, also after a restart, and not tried again', async () => {
  await wish(broken);
  expect(shadows.status('p')).toMatchObject({ state: 'failed', error: expect.stringMatching(/golden case/) });
  const { created } = backend;
  await wish(broken);
  await boot();
  await wish(broken);
  expect(shadows.status('p')).toMatchObject({ state: 'failed', error: expect.stringMatching(/golden case/) });
  expect(backend.created).toBe(1);
  expect(created).toBe(2);
  await wish(next);
  expect(shadows.status('p')).toMatchObject({ state: 'active' });
});

test('a process that ended while it was loaded names it, and it is not loaded again', async () => {
  crash = true;
  await wish(next);
  // What a killed process leaves: the marker, and nothing of what came after it.
  world.damage(
    'h/p',
    JSON.stringify({ v: 1, digest: next.target.digest, passed: false, ends: 0, at: 'loading' }),
  );
  crash = false;
  await boot();
  await wish(next);
  expect(shadows.status('p')).toMatchObject({
    state: 'failed',
    error: 'the agent ended while this shadow was loaded',
  });
});

test('one that runs as the process ends twice in a row is given up; an orderly stop is no such end', async () => {
  const recorded = (): unknown => JSON.parse(world.stored('h/p')!);
  await wish(next);
  expect(recorded()).toMatchObject({ at: 'running', ends: 0 });
  await boot();
  await wish(next);
  expect(recorded()).toMatchObject({ at: 'running', ends: 1 });
  await shadows.stop();
  await boot();
  await wish(next);
  await pass(10 * 60_000);
  expect(recorded()).toMatchObject({ at: 'running', ends: 0 });
  for (let end = 0; end < 2; end++) {
    await boot();
    await wish(next);
  }
  expect(shadows.status('p')).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/ended 2 times in a row/),
  });
});

test('a restart needs no network for a shadow that has passed here', async () => {
  await wish(next);
  await shadows.stop();
  online = false;
  await boot();
  await wish(next);
  expect(shadows.status('p')).toMatchObject({ state: 'active' });
});

test.each(['missing', 'damaged'])('files that are %s on disk are fetched anew', async (what) => {
  await wish(next);
  await shadows.stop();
  const model = next.packed.files.get('fp32.onnx')!.digest;
  if (what === 'missing') blobs.bytes.delete(model);
  else blobs.bytes.set(model, new Uint8Array(10));
  await boot();
  await wish(next);
  expect(shadows.status('p')).toMatchObject({ state: 'active' });
  expect(blobs.bytes.get(model)).toEqual(next.files.get('fp32.onnx'));
});

test('without a link it is on its way, and comes once there is one', async () => {
  online = false;
  await wish(next);
  expect(shadows.status('p')).toMatchObject({
    state: 'fetching',
    error: expect.stringMatching(/does not answer/),
  });
  online = true;
  await world.pass(60_000);
  await expect.poll(() => shadows.status('p')?.state).toBe('active');
});

test('it ends when nobody wishes for it, and leaves nothing', async () => {
  await wish(next);
  await serve(5);
  expect(backend.open).toBe(2);
  await wish(undefined);
  await expect.poll(() => backend.open).toBe(1);
  await world.settle();
  expect(shadows.status('p')).toBeUndefined();
  expect(lane.shadow).toBeUndefined();
  expect(world.stored('h/p')).toBeUndefined();
  expect(evidence.ended).toBeGreaterThan(0);
});

test('what is to serve gets its memory, and the shadow comes back when there is room', async () => {
  const bytes = serving.files.get('fp32.onnx')!.length;
  await boot({}, 2.5 * bytes);
  await wish(next);
  expect(shadows.status('p')).toMatchObject({ state: 'active' });
  const candidate = await engine.prepare(await loadableFrom(blobs, longer));
  expect(shadows.status('p')).toMatchObject({
    state: 'verifying',
    error: expect.stringMatching(/gave its memory/),
  });
  expect(backend.open).toBe(2);
  await engine.discard(candidate);
  await world.pass(60_000);
  await expect.poll(() => shadows.status('p')?.state).toBe('active');
});

test('it never takes memory beyond its own share, and waits for room', async () => {
  await boot({ maxMemory: '10B' });
  engine = engineOver({ ...world, blobs, crypto: nodeCrypto }, [backend], { maxShadowBytes: 10 });
  await expect(engine.prepareShadow(await loadableFrom(blobs, next))).rejects.toThrow(
    /10 B of memory are allowed/,
  );
});

test('a window that takes too long here is why it is not run', async () => {
  await boot({ maxLatency: '0ms' });
  world.clock.monoMs = () => (world.monoMs += 1);
  await wish(next);
  expect(shadows.status('p')).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/ms a window here, and a shadow may take 0ms/),
  });
});
