import { concat, utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { type ApplyDelta, DELTA_TYPE } from '@skerry/proto/delta';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { zstdApplyDelta, zstdMakeDelta } from '@skerry/proto/node/zstd-delta';
import { packRelease } from '@skerry/proto/pack';
import type { ReleaseManifest } from '@skerry/proto/release';
import { describe, expect, test } from 'vitest';
import type { BlobParts, Blobs } from '../ports.ts';
import type { Http } from '../sync/http.ts';
import { TestWorld } from '../sync/test-world.ts';
import { Downloads } from './download.ts';
import { type FetchLimits, fetchRelease } from './fetch.ts';

const model = new Uint8Array(1_000_000).map((_, i) => (i * i) >> 8);
// What packing reads of a manifest.
const manifest = {
  name: 'pump',
  version: '1.0.0',
  variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
} as unknown as ReleaseManifest;
const files = new Map([
  ['model.yaml', utf8('name: pump')],
  ['fp32.onnx', model],
]);

function setUp(deltas: { applyDelta?: ApplyDelta; bases?: string[] } = {}) {
  const { release, blobs: served } = packRelease(nodeCrypto, manifest, files);
  const world = new TestWorld();
  const held = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const ranges: string[] = [];
  /** Serves ranges, each answer cut after so many bytes in all. */
  const link = {
    knowsRanges: false,
    carriesBytes: Number.POSITIVE_INFINITY,
    /** What the control plane sends where it is asked for a delta. */
    delta: undefined as Uint8Array | undefined,
  };
  const offer = (delta: Uint8Array | undefined): Response =>
    new Response(null, {
      headers: delta
        ? {
            'content-type': DELTA_TYPE,
            'content-length': `${delta.length}`,
            etag: `"${digestOf(nodeCrypto, delta)}"`,
          }
        : { 'content-type': 'application/octet-stream' },
    });
  const serve = (bytes: Uint8Array, range: string | null): Response => {
    const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(link.knowsRanges ? (range ?? '') : '') ?? [];
    const part = from === undefined ? bytes : bytes.slice(Number(from), Number(last) + 1);
    if (from !== undefined) ranges.push(`${from}-${last}`);
    const carried = part.slice(0, link.carriesBytes);
    link.carriesBytes -= carried.length;
    const headers =
      from === undefined ? undefined : { 'content-range': `bytes ${from}-${last}/${bytes.length}` };
    return new Response(carried, { status: from === undefined ? 200 : 206, ...(headers && { headers }) });
  };
  const http: Http = {
    transport: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const digest = pathname.split('/').at(-1)!;
      const from = searchParams.get('from');
      asked.push(`${request.method === 'HEAD' ? '? ' : ''}${from === null ? digest : `delta of ${digest}`}`);
      if (request.headers.get('authorization') !== 'Bearer t1') return new Response(null, { status: 401 });
      const delta = from === null ? undefined : link.delta;
      if (request.method === 'HEAD') return offer(delta);
      const bytes = delta ?? served.get(digest);
      return bytes ? serve(bytes, request.headers.get('range')) : new Response(null, { status: 404 });
    },
    timers: world.timers,
    timeoutMs: 60_000,
  };
  /** What lies on disk of a download under way. */
  const disk = new Map<string, Uint8Array>();
  const parts: BlobParts = {
    read: async (digest) => disk.get(digest) ?? new Uint8Array(),
    append: async (digest, bytes) =>
      void disk.set(digest, concat([disk.get(digest) ?? new Uint8Array(), bytes])),
    clear: async () => disk.clear(),
  };
  let downloads = new Downloads(http, world.clock);
  const restart = (): void => {
    downloads = new Downloads(http, world.clock);
  };
  const blobs: Blobs = {
    path: async (digest) => (held.has(digest) ? `/blobs/${digest}` : undefined),
    read: async (digest) => held.get(digest),
    write: async (digest, bytes) => void held.set(digest, bytes),
    retain: async () => undefined,
    parts,
  };
  const fetch = (
    lengthBytes: number | undefined = release.manifestBytes.length,
    limits?: FetchLimits,
    path?: string,
  ) =>
    fetchRelease(
      {
        http,
        downloads,
        crypto: nodeCrypto,
        blobs,
        url: 'https://control.example.com',
        accessToken: async () => 't1',
        log: world.log,
        ...deltas,
        ...(limits && { limits }),
      },
      { digest: release.digest, lengthBytes, ...(path && { path }) },
    );
  const onnx = digestOf(nodeCrypto, model);
  return { release, served, held, asked, ranges, link, disk, restart, fetch, onnx, world };
}

test('a release arrives whole, its manifest last', async () => {
  const { release, fetch, held, asked, onnx } = setUp();
  const fetched = await fetch();
  expect(fetched).toEqual(release);
  expect([...held.keys()].at(-1)).toBe(release.digest);
  expect(held.get(onnx)).toEqual(model);
  expect(asked).toHaveLength(3);
});

test('what is here already is not fetched again', async () => {
  const { fetch, asked } = setUp();
  await fetch();
  asked.length = 0;
  await fetch();
  expect(asked).toEqual([]);
});

test('an interrupted download goes on where it stopped', async () => {
  const { release, fetch, served, asked, onnx } = setUp();
  served.delete(onnx);
  await expect(fetch()).rejects.toMatchObject({ code: 'not-found' });
  served.set(onnx, model);
  asked.length = 0;
  await fetch();
  expect(asked).toEqual([release.digest, onnx]);
});

test('one flipped bit in a blob is refused, and nothing of it is kept', async () => {
  const { release, fetch, served, held, onnx } = setUp();
  const altered = model.slice();
  altered[5_000]! ^= 1;
  served.set(onnx, altered);
  await expect(fetch()).rejects.toMatchObject({
    code: 'untrusted',
    message: expect.stringContaining('other bytes'),
  });
  expect(held.has(onnx)).toBe(false);
  expect(held.has(release.digest)).toBe(false);
});

test('one flipped bit in the manifest is refused before any file is asked for', async () => {
  const { release, fetch, served, asked } = setUp();
  const altered = release.manifestBytes.slice();
  altered[100]! ^= 1;
  served.set(release.digest, altered);
  await expect(fetch()).rejects.toMatchObject({ code: 'untrusted' });
  expect(asked).toEqual([release.digest]);
});

test('more bytes than are named are refused without reading to the end', async () => {
  const { fetch, served, onnx } = setUp();
  served.set(onnx, new Uint8Array(1_100_000));
  await expect(fetch()).rejects.toThrow(/sent more than the 1000000 bytes/);
});

test('fewer bytes are a connection that broke off: asking again helps', async () => {
  const { fetch, served, onnx } = setUp();
  served.set(onnx, model.slice(0, 9_000));
  await expect(fetch()).rejects.toMatchObject({ code: 'unavailable' });
});

test('a large file comes in windows, and one that breaks off goes on behind the last', async () => {
  const { release, fetch, link, ranges, held, onnx } = setUp();
  link.knowsRanges = true;
  link.carriesBytes = 600_000;
  await expect(fetch()).rejects.toMatchObject({ code: 'unavailable' });
  expect(held.has(onnx)).toBe(false);
  link.carriesBytes = Number.POSITIVE_INFINITY;
  expect(await fetch()).toEqual(release);
  expect(held.get(onnx)).toEqual(model);
  const starts = ranges.map((range) => Number(range.split('-')[0]));
  expect(starts.slice(0, 2)).toEqual([0, 262_144]);
  expect(starts[2]).toBeGreaterThan(590_000);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
});

test('a download goes on after a restart; what a power cut has hurt is fetched anew', async () => {
  const { release, fetch, link, ranges, restart, disk, onnx } = setUp();
  link.knowsRanges = true;
  const breakOff = async (): Promise<void> => {
    ranges.length = 0;
    link.carriesBytes = 600_000;
    await expect(fetch()).rejects.toMatchObject({ code: 'unavailable' });
    link.carriesBytes = Number.POSITIVE_INFINITY;
    restart();
    ranges.length = 0;
  };
  await breakOff();
  disk.get(onnx)![100_000]! ^= 1;
  await expect(fetch()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('damaged'),
  });
  expect(disk.size).toBe(0);
  await breakOff();
  const keptBytes = disk.get(onnx)!.length;
  expect(await fetch()).toEqual(release);
  expect(ranges[0]).toBe(`${keptBytes}-${keptBytes + 262_143}`);
  expect(disk.size).toBe(0);
});

test('a server that sends other bytes than it was asked for is begun anew', async () => {
  const { fetch, link, served, release, onnx } = setUp();
  link.knowsRanges = true;
  served.set(onnx, model.slice(0, 400_000));
  await expect(fetch()).rejects.toMatchObject({ code: 'unavailable' });
  const altered = model.slice();
  altered[5_000]! ^= 1;
  served.set(onnx, altered);
  link.knowsRanges = false;
  await expect(fetch()).rejects.toMatchObject({ code: 'untrusted' });
  served.set(onnx, model);
  expect(await fetch()).toEqual(release);
});

describe('a file that is near to one on the device', () => {
  const older = model.slice();
  older.fill(3, 500_000, 500_300);
  const before = packRelease(
    nodeCrypto,
    { ...manifest, version: '0.9.0' },
    new Map([...files, ['fp32.onnx', older]]),
  );

  async function withOlder(applyDelta: ApplyDelta = zstdApplyDelta) {
    const bases = [before.release.digest];
    const all = setUp({ bases, applyDelta });
    for (const [digest, bytes] of before.blobs) all.held.set(digest, bytes);
    all.link.delta = await zstdMakeDelta(older, model);
    return all;
  }

  test('comes as a delta, a fraction of the file, and is verified as ever', async () => {
    const { fetch, held, link, asked, onnx, release } = await withOlder();
    await fetch();
    expect(held.get(onnx)).toEqual(model);
    expect(link.delta!.length).toBeLessThan(2_000);
    expect(asked).toEqual([release.digest, `? delta of ${onnx}`, `delta of ${onnx}`]);
  });

  test('comes whole where the control plane has no delta', async () => {
    const { fetch, held, link, asked, onnx } = await withOlder();
    link.delta = undefined;
    await fetch();
    expect(held.get(onnx)).toEqual(model);
    expect(asked.at(-1)).toBe(onnx);
  });

  test.each([
    ['is damaged', (delta: Uint8Array) => delta.map((byte, i) => (i === 40 ? byte ^ 1 : byte))],
    ['makes another file', () => zstdMakeDelta(older, older)],
    ['makes a far larger one', () => zstdMakeDelta(older, new Uint8Array(50_000_000))],
  ])('comes whole where the delta %s', async (_, spoil) => {
    const { fetch, held, link, onnx, world } = await withOlder();
    link.delta = await spoil(link.delta!);
    await fetch();
    expect(held.get(onnx)).toEqual(model);
    expect(world.lines.join()).toContain('the file comes whole');
  });

  test('comes whole where the one on the device is damaged', async () => {
    const { fetch, held, asked, onnx } = await withOlder();
    held.set(digestOf(nodeCrypto, older), older.slice(1));
    await fetch();
    expect(held.get(onnx)).toEqual(model);
    expect(asked.at(-1)).toBe(onnx);
  });

  test('goes on where its delta broke off', async () => {
    const long = model.slice(0, 600_000);
    const { fetch, held, link, onnx, ranges } = await withOlder(async (_, delta) => {
      expect(delta).toEqual(long);
      return model;
    });
    link.delta = long;
    link.knowsRanges = true;
    link.carriesBytes = 300_000;
    await expect(fetch()).rejects.toMatchObject({ code: 'unavailable' });
    link.carriesBytes = Number.POSITIVE_INFINITY;
    ranges.length = 0;
    await fetch();
    expect(held.get(onnx)).toEqual(model);
    expect(Number(ranges[0]!.split('-')[0])).toBeGreaterThan(262_143);
  });
});

test('a release larger than allowed is refused before its files are asked for', async () => {
  const { fetch, asked, release } = setUp();
  const limits = { maxManifestBytes: 1_000_000, maxReleaseBytes: 999_999 };
  await expect(fetch(undefined, limits)).rejects.toMatchObject({ code: 'too-large' });
  expect(asked).toEqual([release.digest]);
});

test('a release that calls itself otherwise than it is listed is refused', async () => {
  const { fetch, asked } = setUp();
  await expect(fetch(undefined, undefined, 'pump/2.0.0')).rejects.toMatchObject({ code: 'untrusted' });
  expect(asked).toHaveLength(1);
  await fetch(undefined, undefined, 'pump/1.0.0');
});
