/**
 * What ought to come out: the readings of every device, in the order in which it took them, through the agent's own
 * pipeline and nothing else. No network, no disk, no crash, no control plane; so whatever those add or lose shows.
 */
import { createModel } from '@skerry/agent/inference/model';
import { createPipeline } from '@skerry/agent/pipeline/pipeline';
import type { SampleCounters } from '@skerry/agent/pipeline/types';
import { utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { releaseRef } from '@skerry/proto/release';
import { decodeResults, encodeResults, type ResultRow } from '@skerry/proto/results';
import { type HeldResult, heldResult } from './check/no-rewrite.ts';
import { configOf } from './config.ts';
import { agentIds, deviceIds, readings } from './device.ts';
import type { Mix } from './mix.ts';
import { simulatedBackend, simulatedRelease } from './model.ts';

/** What a history without faults comes to. */
export interface Reference {
  /** By agent. */
  counters: ReadonlyMap<string, SampleCounters>;
  /** By result id. */
  held: ReadonlyMap<string, HeldResult>;
}

const MAX_BATCH = 256;
/** Readings of a device between two looks for windows. */
const CHUNK = 64;

/** Takes the fleet's readings of the first `forMs` through its pipelines. */
export async function referenceOf(seed: number, mix: Mix, forMs: number): Promise<Reference> {
  const counters = new Map<string, SampleCounters>();
  const held = new Map<string, HeldResult>();
  for (const agent of agentIds(mix)) {
    const pipeline = await takeReadings(seed, mix, agent, forMs, (rows) => {
      // What a block holds is rounded to its columns.
      for (const row of decodeResults(encodeResults(rows))) {
        const { id, result } = heldResult(agent, row);
        held.set(id, result);
      }
    });
    counters.set(agent, pipeline.counters());
  }
  return { counters, held };
}

async function takeReadings(
  seed: number,
  mix: Mix,
  agent: string,
  forMs: number,
  onRows: (rows: readonly ResultRow[]) => void,
): Promise<{ counters(): SampleCounters }> {
  const config = configOf(agent, mix, '');
  const pipeline = createPipeline(config.pipelines[0]!, { agent, crypto: nodeCrypto, limits: config.limits });
  const { packed, manifest, model } = simulatedRelease(mix);
  const served = createModel({
    manifest,
    session: await simulatedBackend.create({ bytes: model }),
    variant: manifest.variants[0]!.name,
    backend: simulatedBackend.name,
    crypto: nodeCrypto,
    clock: { wallMs: () => 0, monoMs: () => 0 },
  });
  pipeline.setRelease(manifest, packed.digest, releaseRef(manifest));
  let seq = 0;
  const drain = async (): Promise<void> => {
    const batch = pipeline.takePending();
    if (batch) pipeline.feed(batch, ++seq, 0, 'live');
    for (let windows = pipeline.takeReady(MAX_BATCH); windows; windows = pipeline.takeReady(MAX_BATCH))
      onRows(pipeline.conclude(windows, await served.run(windows), { producedMs: 0 }).rows);
    pipeline.dirtyStates(); // nothing is kept
  };
  for (const device of deviceIds(mix, agent)) {
    let taken = 0;
    for (const { topic, payload } of readings(seed, device, mix, forMs)) {
      pipeline.accept(topic, utf8(payload), Number.MAX_SAFE_INTEGER);
      if (++taken % CHUNK === 0) await drain();
    }
    await drain();
  }
  return pipeline;
}
