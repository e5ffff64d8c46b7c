/** From one release of the catalogue to the next: what the real client takes from the real route, byte by byte. */
import { join } from 'node:path';
import type { Blobs } from '@skerry/agent/ports';
import { Downloads } from '@skerry/agent/release/download';
import { fetchRelease } from '@skerry/agent/release/fetch';
import { TestWorld } from '@skerry/agent/sync/test-world';
import { serveBlob } from '@skerry/control-plane/routes/blobs';
import { Deltas } from '@skerry/control-plane/routes/deltas';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { zstdApplyDelta, zstdMakeDelta } from '@skerry/proto/node/zstd-delta';
import { packRelease } from '@skerry/proto/pack';
import { expect, test } from 'vitest';

const CATALOG = join(import.meta.dirname, '../../models/catalog');

async function packed(path: string) {
  const { manifest, files } = await readReleaseDirectory(join(CATALOG, path));
  return packRelease(nodeCrypto, manifest, files);
}

/** Fetches pump 1.1.0 to a device that has 1.0.0; returns the bytes of every body. */
async function fetchNext(withDeltas: boolean): Promise<{ bodyBytes: number; lines: string[] }> {
  const [before, next] = [await packed('pump-anomaly/1.0.0'), await packed('pump-anomaly/1.1.0')];
  const all = new Map([...before.blobs, ...next.blobs]);
  const server = {
    has: async (digest: string) => all.get(digest)?.length,
    async get(digest: string, range?: readonly [number, number]) {
      const bytes = all.get(digest);
      return bytes && { bytes: range ? bytes.slice(range[0], range[1] + 1) : bytes, sizeBytes: bytes.length };
    },
    put: async () => undefined,
  };
  const deltas = new Deltas({ blobs: server, crypto: nodeCrypto, make: zstdMakeDelta });
  const world = new TestWorld();
  let bodyBytes = 0;
  const http = {
    async transport(request: Request): Promise<Response> {
      const digest = new URL(request.url).pathname.split('/').at(-1)!;
      const answer = await serveBlob(server, request, digest, withDeltas ? deltas : undefined);
      const bytes = await answer.clone().arrayBuffer();
      bodyBytes += bytes.byteLength;
      return answer;
    },
    timers: world.timers,
    timeoutMs: 60_000,
  };
  const held = new Map(before.blobs);
  const blobs: Blobs = {
    path: async (digest) => (held.has(digest) ? digest : undefined),
    read: async (digest) => held.get(digest),
    write: async (digest, bytes) => void held.set(digest, bytes),
    retain: async () => undefined,
  };
  await fetchRelease(
    {
      http,
      downloads: new Downloads(http, world.clock),
      crypto: nodeCrypto,
      blobs,
      url: 'http://control',
      accessToken: async () => 't',
      log: world.log,
      applyDelta: zstdApplyDelta,
      bases: [before.release.digest],
    },
    { digest: next.release.digest },
  );
  for (const [path, { digest }] of next.release.files)
    expect(held.get(digest), path).toEqual(all.get(digest));
  return { bodyBytes, lines: world.lines };
}

test('pump 1.0.0 to 1.1.0 takes about half the bytes, although the model was fitted anew', async () => {
  const [whole, byDelta] = [await fetchNext(false), await fetchNext(true)];
  expect(whole.bodyBytes).toBeGreaterThan(65_000);
  expect(byDelta.bodyBytes / whole.bodyBytes).toBeLessThan(0.6);
  expect(byDelta.lines.filter((line) => line.includes('came as a delta'))).toHaveLength(5);
});
