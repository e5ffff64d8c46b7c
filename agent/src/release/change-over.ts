/** How a pipeline changes over to another release: everything that goes with it, at one moment between two batches. */
import { releaseRef } from '@skerry/proto/release';
import { decodeReference } from '../drift/watch.ts';
import type { EvidenceNotes } from '../evidence/types.ts';
import type { Candidate, Engine } from '../inference/engine.ts';
import { type Lane, withoutRelease } from '../lane.ts';
import type { Blobs } from '../ports.ts';

export interface ChangeOverOptions {
  lanes: ReadonlyMap<string, Lane>;
  blobs: Blobs;
  engine: Pick<Engine, 'serving'>;
  evidence: EvidenceNotes;
  /** Runs the change when no window is on its way and all progress is durable. */
  between: (change: () => void) => Promise<void>;
}

/**
 * Lets the candidate serve a pipeline, or nothing where there is none; `serve` is called at that moment. Rejects with
 * SkerryError, and changes nothing, where the pipeline can't serve it.
 */
export async function changeOver(
  options: ChangeOverOptions,
  pipeline: string,
  candidate: Candidate | undefined,
  serve: () => void,
): Promise<void> {
  const lane = options.lanes.get(pipeline)!;
  const use = candidate ? await prepareUse(options, lane, candidate) : () => useNothing(options, lane);
  await options.between(() => {
    use();
    serve();
  });
}

async function prepareUse(
  { blobs, engine, evidence }: ChangeOverOptions,
  lane: Lane,
  { release, outcomes }: Candidate,
): Promise<() => void> {
  const { manifest, digest, files } = release;
  const file = manifest.drift && files.get(manifest.drift.reference);
  const bytes = file && (await blobs.read(file.digest));
  const watch = lane.drift.prepare(manifest, digest, bytes);
  const reference = bytes && decodeReference(manifest, bytes);
  const { pipeline } = lane;
  const memoryBytes = (): number =>
    (engine.serving(pipeline.name)?.fileBytes ?? 0) + pipeline.rememberedBytes();
  return () => {
    pipeline.setRelease(manifest, digest, releaseRef(manifest));
    watch();
    lane.capture?.startAnew(reference);
    lane.release = releaseRef(manifest);
    evidence.begin(pipeline.name, 'active', { manifest, digest, reference, outcomes, memoryBytes });
  };
}

function useNothing({ evidence }: ChangeOverOptions, lane: Lane): void {
  withoutRelease(lane);
  evidence.end(lane.pipeline.name, 'active');
}
