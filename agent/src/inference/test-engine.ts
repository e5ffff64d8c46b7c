/** Engines for tests: real backends that fail when told. */
import type { Crypto } from '@skerry/proto/crypto';
import type { SkerryError } from '@skerry/proto/errors';
import type { Blobs, Clock, InferenceBackend } from '../ports.ts';
import { store, type TestRelease } from '../release/test-release.ts';
import { createEngine, type Engine, type EngineOptions } from './engine.ts';
import type { LoadableRelease } from './prepare.ts';

/** An engine that says nothing, over these backends. */
export function engineOver(
  ports: { blobs: Blobs; crypto: Crypto; clock: Clock },
  backends: readonly InferenceBackend[],
  change: Partial<EngineOptions> = {},
): Engine {
  return createEngine({
    ...ports,
    backends,
    maxMemoryBytes: 1024 ** 2,
    choose: 'fastest',
    log: () => undefined,
    ...change,
  });
}

/** Stores a release where a download would, and gives it as the engine wants it. */
export async function loadableFrom(blobs: Blobs, release: TestRelease): Promise<LoadableRelease> {
  await store(blobs, release);
  return { manifest: release.manifest, digest: release.target.digest, files: release.packed.files };
}

/** The real backend, with runs that fail with what `failure` gives at that moment; its sessions are counted. */
export function breakable(
  inner: InferenceBackend,
  failure: () => SkerryError | undefined,
): InferenceBackend & { open: number; created: number } {
  const counted = { open: 0, created: 0 };
  const create: InferenceBackend['create'] = async (model) => {
    const session = await inner.create(model);
    counted.open++;
    counted.created++;
    return {
      ...session,
      async run(feeds, outputs) {
        const error = failure();
        if (error) throw error;
        return session.run(feeds, outputs);
      },
      async release() {
        counted.open--;
        await session.release();
      },
    };
  };
  return Object.assign(counted, { name: inner.name, create });
}
