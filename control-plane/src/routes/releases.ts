import { DIGEST_PATTERN, digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { MODEL_FILE, readPackedRelease } from '@skerry/proto/pack';
import { parseMetadata } from '@skerry/proto/tuf/metadata';
import { z } from 'zod';
import type { OfferedRelease } from '../core/fleet/registry.ts';
import { serveBlob } from './blobs.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { pageOfWhole, wholePage } from './endpoint.ts';
import { preflightRoutes } from './preflight.ts';
import { driveNow } from './shards.ts';

/** New releases that one upload of targets may bring. */
const MAX_NEW_RELEASES = 200;

/** Releases, their blobs, and the signed metadata that lists them. */
export function releaseRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/releases',
      summary: 'Releases, by name, newest version first',
      role: 'viewer',
      query: z.strictObject({
        ...wholePage,
        name: z.string().optional(),
      }),
    },
    async ({ query }) =>
      pageOfWhole(await deps.fleet.releases(query.name), query, (r) => `${r.name}/${r.version}`),
  );
  api.add(
    {
      method: 'GET',
      path: '/releases/:name/:version',
      summary: 'One release with its manifest',
      role: 'viewer',
    },
    ({ param }) => deps.fleet.release(param('name'), param('version')),
  );
  preflightRoutes(api, deps);
  blobRoutes(api, deps);
  tufRoutes(api, deps);
}

function blobRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'PUT',
      path: '/blobs/:digest',
      summary: 'Stores bytes under their digest; idempotent',
      role: 'operator',
      body: { bytes: 'blob' },
      status: 201,
    },
    async ({ param, body }) => {
      const digest = param('digest');
      if (!DIGEST_PATTERN.test(digest)) throw new SkerryError('invalid', `"${digest}" is no digest`);
      const bytes = body as unknown as Uint8Array;
      const actual = digestOf(deps.crypto, bytes);
      if (actual !== digest)
        throw new SkerryError(
          'untrusted',
          `the bytes have digest ${actual}, not ${digest}: nothing was stored`,
        );
      await deps.blobs.put(digest, bytes);
      return { digest, sizeBytes: bytes.length };
    },
  );
  api.add(
    { method: 'GET', path: '/blobs/:digest', summary: 'Bytes by digest; takes Range', role: 'viewer' },
    ({ c, param }) => serveBlob(deps.blobs, c.req.raw, param('digest')),
  );
}

function tufRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/tuf/online-key',
      summary: 'The key that this server signs snapshot and timestamp with',
      role: 'viewer',
    },
    () => deps.fleet.onlineKey(),
  );
  api.add(
    {
      method: 'POST',
      path: '/tuf/online-key',
      summary: 'Makes the key that follows it; it signs once a root that names it has been uploaded',
      role: 'admin',
    },
    ({ operator }) => deps.fleet.nextOnlineKey(operator.name),
  );
  api.add(
    {
      method: 'PUT',
      path: '/tuf/root',
      summary: 'Uploads a signed root',
      role: 'admin',
      body: { bytes: 'metadata' },
    },
    async ({ operator, body }) => {
      const done = await deps.fleet.putRoot(operator.name, body as unknown as Uint8Array);
      deps.notifier.changed('releases');
      return { ...done, rootDigest: await deps.fleet.rootDigest() };
    },
  );
  api.add(
    {
      method: 'PUT',
      path: '/tuf/targets',
      summary: 'Uploads signed targets; If-Match is the version that they follow',
      role: 'operator',
      body: { bytes: 'metadata' },
    },
    async ({ c, operator, body }) => {
      const bytes = body as unknown as Uint8Array;
      const expected = expectedVersion(c.req.header('if-match'));
      const offered = await readOffered(deps, bytes);
      const done = await deps.fleet.putTargets(operator.name, bytes, expected, offered);
      deps.notifier.changed('releases');
      await driveNow(deps);
      return done;
    },
  );
}

function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const match = /^"?(\d+)"?$/.exec(header);
  if (!match) throw new SkerryError('invalid', `If-Match ${header} is no version`, { hint: 'write "7"' });
  return Number(match[1]);
}

/** Reads, for every release that targets newly list, what the fleet must know of it. Throws naming every missing blob. */
async function readOffered(deps: AppDeps, bytes: Uint8Array): Promise<Map<string, OfferedRelease>> {
  const { targets } = parseMetadata('targets', bytes).signed;
  const known = new Set((await deps.fleet.releases()).map((r) => r.digest));
  const fresh = Object.entries(targets)
    .map(([path, target]) => ({ path, digest: `sha256:${target.hashes.sha256 ?? ''}` }))
    .filter(({ digest }) => !known.has(digest));
  if (fresh.length > MAX_NEW_RELEASES)
    throw new SkerryError('too-large', `${fresh.length} new releases at once, ${MAX_NEW_RELEASES} at most`);
  const offered = new Map<string, OfferedRelease>();
  const missing: string[] = [];
  for (const { path, digest } of fresh) {
    const manifest = await deps.blobs.get(digest);
    if (!manifest) {
      missing.push(`${path} (${digest})`);
      continue;
    }
    const packed = readPackedRelease(deps.crypto, manifest.bytes);
    for (const [file, ref] of [['config', packed.config] as const, ...packed.files])
      if ((await deps.blobs.has(ref.digest)) !== ref.sizeBytes)
        missing.push(`${path}/${file} (${ref.digest})`);
    const modelYaml = await deps.blobs.get(packed.files.get(MODEL_FILE)!.digest);
    if (modelYaml) offered.set(digest, { manifestBytes: manifest.bytes, modelYaml: modelYaml.bytes });
  }
  if (missing.length > 0)
    throw new SkerryError('invalid', `targets name blobs that aren't here: ${missing.join(', ')}`, {
      hint: 'upload the blobs first: PUT /api/v1/blobs/{digest}',
    });
  return offered;
}
