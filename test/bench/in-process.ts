/**
 * The pipeline's own limit: decode → contract → window → batch → infer → decide over the same payloads, in this process,
 * without MQTT, journal, outbox and publishing.
 */

import { createFsBlobs } from '@skerry/agent/adapters/fs-blobs';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { parseAgentConfig } from '@skerry/agent/config';
import { DriftWatch } from '@skerry/agent/drift/watch';
import { createEngine } from '@skerry/agent/inference/engine';
import { encodeJournal } from '@skerry/agent/outbox/journal-codec';
import { createPipeline } from '@skerry/agent/pipeline/pipeline';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { packRelease } from '@skerry/proto/pack';
import { releaseRef } from '@skerry/proto/release';
import { type Load, messages } from './load.ts';

/** As many messages as one read of a socket brings, about. */
const PER_READ = 512;

export interface InProcess {
  /** Runs a round; returns messages/s and the results that it gave. */
  round(load: Load): Promise<{ perSecond: number; results: number }>;
  /** The journal entry of one commit that holds all the messages. */
  entry(load: Load): Uint8Array;
  close(): Promise<void>;
}

/**
 * Prepares the pipeline of a configuration (agent.yaml's text) with a release directory; `scratch` takes its files.
 * With `drift` it is watched against the release's reference, as an agent does.
 */
export async function openInProcess(
  configText: string,
  release: string,
  scratch: string,
  { drift = false } = {},
): Promise<InProcess> {
  const config = parseAgentConfig(configText, 'agent.yaml', {});
  const blobs = createFsBlobs(scratch);
  const { manifest, files } = await readReleaseDirectory(release);
  const packed = packRelease(nodeCrypto, manifest, files);
  for (const [digest, bytes] of packed.blobs) await blobs.write(digest, bytes);
  const engine = createEngine({
    backends: [createOrtNodeBackend()],
    blobs,
    crypto: nodeCrypto,
    clock: systemClock,
    maxMemoryBytes: config.inference.maxMemory,
    choose: config.inference.choose,
    log: () => undefined,
  });
  const { limits } = config;
  const [settings] = config.pipelines;
  let episodes = 0;
  const watch = new DriftWatch({
    pipeline: settings!.name,
    channels: Object.keys(settings!.source.channels),
    clock: systemClock,
    newEpisode: () => `ep_${++episodes}`,
  });
  const pipeline = createPipeline(settings!, {
    agent: 'bench',
    crypto: nodeCrypto,
    limits,
    ...(drift && {
      onRow: (device, values, timeUs) => watch.onRow(device, values, timeUs),
      onOutput: (device, output, value, toUs) => watch.onOutput(device, output, value, toUs),
    }),
  });
  const { digest, files: refs } = packed.release;
  if (drift) watch.prepare(manifest, digest, files.get(manifest.drift!.reference))();
  pipeline.setRelease(manifest, digest, releaseRef(manifest));
  engine.serve(pipeline.name, await engine.prepare({ manifest, digest, files: refs }));
  let journalSeq = 0;

  async function feed(): Promise<number> {
    const batch = pipeline.takePending();
    if (batch) pipeline.feed(batch, ++journalSeq, systemClock.monoMs(), 'live');
    let results = 0;
    for (let w = pipeline.takeReady(limits.maxBatch); w; w = pipeline.takeReady(limits.maxBatch)) {
      const inferred = await engine.run(pipeline.name, w);
      results += pipeline.conclude(w, inferred, { producedMs: systemClock.wallMs() }).rows.length;
    }
    pipeline.dirtyStates();
    watch.take();
    return results;
  }

  return {
    async round(load) {
      const round = [...messages(load)];
      const beganMs = performance.now();
      let results = 0;
      for (let i = 0; i < round.length; i++) {
        pipeline.accept(round[i]!.topic, round[i]!.payload, systemClock.wallMs() * 1_000);
        if ((i + 1) % PER_READ === 0) results += await feed();
      }
      results += await feed();
      return { perSecond: (1_000 * round.length) / (performance.now() - beganMs), results };
    },
    entry(load) {
      for (const { topic, payload } of messages(load))
        pipeline.accept(topic, payload, systemClock.wallMs() * 1_000);
      return encodeJournal([pipeline.takePending()!]);
    },
    close: () => engine.close(),
  };
}
