/** From a release on disk to one that may run as a shadow. */
import { SkerryError } from '@skerry/proto/errors';
import { formatDuration } from '@skerry/proto/units';
import type { skerry } from '@skerry/proto/wire';
import { decodeReference } from '../drift/watch.ts';
import type { Candidate, Engine } from '../inference/engine.ts';
import type { LoadableRelease } from '../inference/prepare.ts';
import type { Blobs } from '../ports.ts';
import { measuredUs } from './shadow.ts';

export interface Loaded {
  candidate: Candidate;
  /** The release's drift reference, whose edges its outputs are counted over. */
  reference: skerry.v1.IDriftReference | undefined;
}

/**
 * Loads and checks a release in the memory that is left for shadows. Rejects as prepareRelease does, and with
 * SkerryError unsupported where a window takes longer than `maxLatencyMs` here; nothing is loaded then.
 */
export async function loadShadow(
  {
    engine,
    blobs,
    maxLatencyMs,
  }: { engine: Pick<Engine, 'prepareShadow'>; blobs: Blobs; maxLatencyMs: number },
  release: LoadableRelease,
): Promise<Loaded> {
  const { manifest, files } = release;
  const file = manifest.drift && files.get(manifest.drift.reference);
  const bytes = file && (await blobs.read(file.digest));
  const reference = bytes && decodeReference(manifest, bytes);
  const candidate = await engine.prepareShadow(release);
  const tookMs = measuredUs(candidate) / 1_000;
  if (tookMs <= maxLatencyMs) return { candidate, reference };
  await candidate.model.release();
  throw new SkerryError(
    'unsupported',
    `it takes ${formatDuration(Number(tookMs.toPrecision(3)))} a window here, and a shadow may take ${formatDuration(maxLatencyMs)}`,
    { hint: 'raise inference.shadow.maxLatency' },
  );
}
