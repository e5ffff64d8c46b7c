import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { openLevelStore } from '../adapters/level-store.ts';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { createEngine, type Engine } from '../inference/engine.ts';
import type { Blobs, Store } from '../ports.ts';
import { createReleases } from './activate.ts';
import { obtainLocal, obtainManaged } from './obtain.ts';
import type { Releases, ReleasesOptions } from './releases.ts';
import type { ReleaseTarget } from './slots.ts';
import { store as putBlobs, type TestRelease, testReleases, windowsOf } from './test-release.ts';

const testRelease = testReleases(nodeCrypto);

const good = testRelease({ version: '1.0.0' });
const better = testRelease({ version: '1.1.0', weights: [2, 2, 2, 2] });
const broken = testRelease({ version: '1.2.0', weights: [-1, 1, 1, 1], golden: [1, 1, 1, 1] });
const everything = [good, better, broken];

let folder: string;
let db: Store;
let blobs: Blobs;
let engine: Engine;
let releases: Releases;
/** What the control plane would answer; undefined: it can't be reached. */
let online: boolean;
/** Without power nothing is written any more. */
let powered: boolean;
/** A disk that is read-only refuses. */
let writable = true;
let obtained: string[];
let retries: { delayMs: number; fn: () => void }[];

class PowerCut extends Error {}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-releases-'));
  blobs = createFsBlobs(join(folder, 'blobs'));
  online = true;
  await boot();
});
afterEach(async () => {
  await end();
  await rm(folder, { recursive: true });
});

/** A process start on what the disk holds. */
async function boot(options: Partial<ReleasesOptions> = {}): Promise<void> {
  obtained = [];
  retries = [];
  powered = true;
  db = await openLevelStore({ location: join(folder, 'db'), maxBytes: 1024 ** 2 });
  engine = createEngine({
    backends: [createOrtNodeBackend()],
    blobs,
    crypto: nodeCrypto,
    clock: systemClock,
    maxMemoryBytes: 1024 ** 2,
    choose: 'fastest',
    log: () => undefined,
  });
  releases = createReleases({
    pipelines: [{ name: 'p', channels: ['vibration', 'temperature'] }],
    engine,
    store: {
      get: (key) => db.get(key),
      range: (range) => db.range(range),
      approximateSize: (gte, lt) => db.approximateSize(gte, lt),
      batch: async (ops, sync) => {
        if (!powered) throw new PowerCut();
        if (!writable) throw new SkerryError('failed', 'read-only file system');
        await db.batch(ops, sync);
      },
      close: () => db.close(),
    },
    blobs,
    crypto: nodeCrypto,
    timers: {
      after(delayMs, fn) {
        const entry = { delayMs, fn };
        retries.push(entry);
        return () => {
          retries = retries.filter((other) => other !== entry);
        };
      },
    },
    random: { bytes: (n) => new Uint8Array(n), unit: () => 0 },
    log: () => undefined,
    crashPoint: () => undefined,
    async obtain(_, target) {
      if (!online) throw new SkerryError('unavailable', 'the control plane does not answer');
      obtained.push(target.version);
      await putBlobs(blobs, everything.find((r) => r.target.digest === target.digest)!);
    },
    changeOver: async (_, __, serve) => serve(),
    ...options,
  });
  await releases.start();
}

async function end(): Promise<void> {
  await releases.stop();
  await engine.close();
  await db.close();
}

async function restart(options: Partial<ReleasesOptions> = {}): Promise<void> {
  await end();
  await boot(options);
}

const wish = (release: { target: ReleaseTarget }): Promise<void> =>
  releases.apply(new Map([['p', release.target]]));
const serving = (): string | undefined => engine.serving('p')?.manifest.version;

test('a wish is obtained, checked, and serves; the one before stays as the way back', async () => {
  await wish(good);
  await wish(better);
  expect(serving()).toBe('1.1.0');
  expect(obtained).toEqual(['1.0.0', '1.1.0']);
  expect(releases.status('p')).toMatchObject({
    active: better.target,
    previous: good.target,
    trying: undefined,
    state: 'active',
    outcomes: [{ variant: 'fp32', backend: 'native', passed: true }],
  });
});

test('a restart without network serves what it had', async () => {
  await wish(good);
  online = false;
  await restart();
  expect(serving()).toBe('1.0.0');
  expect(obtained).toEqual([]);
  expect((await engine.run('p', windowsOf(1, [3, 2, 1, 2]))).outputs.anomaly!.values[0]).toBe(1);
});

test('on a disk that refuses to be written what served before serves all the same, and nothing new does', async () => {
  await wish(good);
  writable = false;
  await restart();
  expect(serving()).toBe('1.0.0');
  await wish(better);
  expect(serving()).toBe('1.0.0');
  writable = true;
  await restart();
  await wish(better);
  expect(serving()).toBe('1.1.0');
});

test('a release that fails its golden vectors changes nothing, is reported with why, and is not tried again', async () => {
  await wish(good);
  await wish(broken);
  expect(serving()).toBe('1.0.0');
  expect(releases.status('p')).toMatchObject({
    active: good.target,
    trying: broken.target,
    state: 'failed',
    error: expect.stringContaining('golden case 1: score -1, expected 1 ± 0.02'),
    outcomes: [{ passed: false }],
  });
  expect(retries).toEqual([]);
  await restart();
  await wish(broken);
  expect(obtained).toEqual([]);
  expect(serving()).toBe('1.0.0');
  await wish(better);
  expect(serving()).toBe('1.1.0');
});

test('without network the wish waits, is tried again with growing pauses, and what served goes on', async () => {
  await wish(good);
  online = false;
  await wish(better);
  expect(serving()).toBe('1.0.0');
  expect(releases.status('p')).toMatchObject({
    state: 'fetching',
    error: 'the control plane does not answer',
  });
  expect(retries.map((r) => r.delayMs)).toEqual([15_000]);
  await wish(better);
  expect(retries.map((r) => r.delayMs)).toEqual([30_000]);
  online = true;
  retries[0]!.fn();
  await releases.apply(new Map());
  expect(serving()).toBe('1.1.0');
  expect(retries).toEqual([]);
});

test('a process that ends while a new release is loaded serves the old one after its restart, and names the culprit', async () => {
  await wish(good);
  await restart({
    crashPoint(name) {
      powered = name !== 'release.activating' || engine.serving('p') === undefined;
      if (!powered) throw new PowerCut();
    },
  });
  await wish(better);
  await restart();
  await wish(better);
  expect(serving()).toBe('1.0.0');
  expect(obtained).toEqual([]);
  expect(releases.status('p')).toMatchObject({
    state: 'failed',
    error: 'the agent ended while this release was loaded',
  });
});

test('a process that ends right after the pointer was written serves the new release after its restart', async () => {
  await wish(good);
  await restart({
    crashPoint(name) {
      powered = name !== 'release.activated' || engine.serving('p') === undefined;
      if (!powered) throw new PowerCut();
    },
  });
  await wish(better);
  online = false;
  await restart();
  expect(serving()).toBe('1.1.0');
});

test('a file damaged on disk is fetched anew and then serves', async () => {
  await wish(good);
  await writeFile((await blobs.path(good.packed.files.get('fp32.onnx')!.digest))!, 'rust');
  await restart();
  expect(obtained).toEqual(['1.0.0']);
  expect(serving()).toBe('1.0.0');
});

const damage = async (release: TestRelease): Promise<void> =>
  writeFile((await blobs.path(release.packed.files.get('fp32.onnx')!.digest))!, 'rust');

test('damaged and without network, the release that it replaced stands in until it can be fetched anew', async () => {
  await wish(good);
  await wish(better);
  await damage(better);
  online = false;
  await restart();
  expect(serving()).toBe('1.0.0');
  expect(releases.status('p')).toMatchObject({ active: good.target, state: 'failed' });
  expect(releases.status('p').error).toMatch(/; press@1\.0\.0 stands in$/);
  await wish(better);
  expect(serving()).toBe('1.0.0');
  await restart();
  expect(serving()).toBe('1.0.0');
  online = true;
  retries.at(-1)!.fn();
  await wish(better);
  expect(serving()).toBe('1.1.0');
  expect(releases.status('p')).toMatchObject({
    active: better.target,
    previous: good.target,
    error: undefined,
  });
});

test('one that was taken back never stands in', async () => {
  await wish(good);
  await wish(better);
  await wish(good);
  await damage(good);
  online = false;
  await restart();
  expect(serving()).toBeUndefined();
  expect(releases.status('p')).toMatchObject({ active: undefined, state: 'failed' });
});

test('while one stands in, another wish is fulfilled, also where that is the stand-in', async () => {
  for (const [wanted, left] of [
    [better, 'reverted'],
    [good, 'replaced'],
  ] as const) {
    const third = testRelease({ version: left === 'reverted' ? '1.3.0' : '1.4.0', weights: [3, 3, 3, 3] });
    everything.push(third);
    online = true;
    await wish(better);
    await wish(third);
    await damage(third);
    online = false;
    await restart();
    expect(serving()).toBe('1.1.0');
    online = wanted !== better;
    await wish(wanted);
    expect(releases.status('p')).toMatchObject({ active: wanted.target, state: 'active' });
    await restart();
    expect(serving()).toBe(wanted.target.version);
  }
});

test('a release that needs a channel the pipeline does not have is refused by name', async () => {
  const other = testRelease({ version: '3.0.0', channels: ['vibration', 'speed'] });
  everything.push(other);
  await wish(good);
  await wish(other);
  expect(releases.status('p').error).toBe('press@3.0.0 needs "speed", which pipeline p doesn\'t have');
  expect(serving()).toBe('1.0.0');
});

test('a pipeline that can not change over keeps its release, also after a restart', async () => {
  await wish(good);
  await restart({
    changeOver: async (_, candidate, serve) => {
      if (candidate?.release.manifest.version !== '1.0.0')
        throw new SkerryError('invalid', 'too long a window');
      serve();
    },
  });
  await wish(better);
  expect(serving()).toBe('1.0.0');
  expect(releases.status('p').error).toBe('too long a window');
  await restart();
  expect(serving()).toBe('1.0.0');
});

test('a first release that is taken back serves no more, also after a restart, and may be wished for again', async () => {
  await wish(good);
  await releases.withdraw('p');
  expect(serving()).toBeUndefined();
  expect(releases.status('p')).toMatchObject({ active: undefined, state: 'none', error: undefined });
  await restart();
  expect(serving()).toBeUndefined();
  online = false;
  await wish(good);
  expect(serving()).toBe('1.0.0');
});

test('reverting serves the previous release without network, and the one left is not taken up again', async () => {
  await wish(good);
  await wish(better);
  online = false;
  await releases.revert('p', 'errors 12%, allowed 1%');
  expect(serving()).toBe('1.0.0');
  await wish(better);
  expect(serving()).toBe('1.0.0');
  expect(releases.status('p')).toMatchObject({ state: 'failed', error: 'errors 12%, allowed 1%' });
});

test('files of releases that nobody needs any more are removed, the way back is kept', async () => {
  const third = testRelease({ version: '2.0.0', weights: [3, 3, 3, 3] });
  everything.push(third);
  for (const release of [good, better, third]) await wish(release);
  const there = async (release: TestRelease): Promise<boolean> =>
    (await blobs.path(release.packed.files.get('fp32.onnx')!.digest)) !== undefined;
  expect([await there(good), await there(better), await there(third)]).toEqual([false, true, true]);
});

test('a managed release must be among the trusted targets, with this very digest', async () => {
  let refreshed = 0;
  const trust = (digest: string | undefined) => ({
    refresh: async () => {
      refreshed++;
      return { trusted: {}, targetsExpireMs: undefined, expiresSoon: false };
    },
    target: () => (digest === undefined ? undefined : { digest, lengthBytes: 1 }),
  });
  const never = undefined as never;
  await expect(obtainManaged(trust(undefined), never, good.target)).rejects.toThrow(/not among the trusted/);
  await expect(obtainManaged(trust(better.target.digest), never, good.target)).rejects.toMatchObject({
    code: 'untrusted',
  });
  expect(refreshed).toBe(2);
});

test('a release from disk runs unsigned only where that is allowed', async () => {
  const source = {
    manifest: good.manifest,
    files: good.files,
    rootBytes: undefined,
    targetsBytes: undefined,
    nowMs: 0,
    knownDigests: [],
  };
  await expect(obtainLocal(nodeCrypto, blobs, { ...source, allowUnsigned: false })).rejects.toMatchObject({
    code: 'untrusted',
  });
  online = false;
  const target = await obtainLocal(nodeCrypto, blobs, { ...source, allowUnsigned: true });
  expect(target).toEqual(good.target);
});
