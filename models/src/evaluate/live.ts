/**
 * A release over a recording through the agent's own pipeline: the same contract, windows, model and decisions as on a
 * running agent, on event time. What is measured here is what a device would have reported.
 */
import { type BacktestReport, backtest } from '@skerry/agent/backtest';
import { agentConfig } from '@skerry/agent/config';
import { createModel } from '@skerry/agent/inference/model';
import { createPipeline } from '@skerry/agent/pipeline/pipeline';
import { SampleColumns } from '@skerry/agent/pipeline/samples';
import type { SampleBatch } from '@skerry/agent/pipeline/types';
import type { Clock, Crypto, InferenceSession } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';

const PIPELINE = 'eval';
const CHUNK_ROWS = 4_096;
// Room for many windows of the longest release; only one device is there.
const LIMITS = { maxDevices: 1, maxOpenSamples: 1_000_000, maxBatch: 512 };

/** One variant, loaded, and what its runs are timed and digested with. */
export interface LiveModel {
  manifest: ReleaseManifest;
  variant: string;
  session: InferenceSession;
  crypto: Crypto;
  clock: Clock;
}

/**
 * Feeds a recording, in the file's order and as one device, to a pipeline that serves the release; every result in order.
 * Throws SkerryError invalid where the recording lacks a channel.
 */
export async function runLive(
  model: LiveModel,
  recording: Recording,
): Promise<{ results: ResultRow[]; report: BacktestReport }> {
  const { manifest, variant, session, crypto, clock } = model;
  const names = manifest.window.channels.map((c) => c.name);
  const missing = names.filter((name) => !recording.numericColumns.includes(name));
  if (missing.length > 0)
    throw new SkerryError('invalid', `the recording has no numeric column ${missing.join(', ')}`, {
      hint: `its numeric columns are ${recording.numericColumns.join(', ')}`,
    });
  const pipeline = createPipeline(configOf(names), { agent: PIPELINE, crypto, limits: LIMITS });
  // The digest names the release in results; these aren't kept.
  pipeline.setRelease(manifest, `sha256:${'0'.repeat(64)}`, releaseRef(manifest));
  const loaded = createModel({ manifest, session, variant, backend: 'native', crypto, clock });
  const results: ResultRow[] = [];
  const report = await backtest(
    pipeline,
    (windows) => loaded.run(windows),
    chunksOf(recording, names),
    ({ rows }) => {
      results.push(...rows);
    },
  );
  return { results, report };
}

function configOf(channels: readonly string[]): ReturnType<typeof agentConfig.parse>['pipelines'][number] {
  const config = agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: { id: PIPELINE },
    mqtt: { listen: {} },
    pipelines: [
      {
        name: PIPELINE,
        release: 'file:.',
        source: {
          topics: [PIPELINE],
          channels: Object.fromEntries(channels.map((name) => [name, `[${JSON.stringify(name)}]`])),
        },
      },
    ],
  });
  return config.pipelines[0]!;
}

async function* chunksOf(recording: Recording, names: readonly string[]): AsyncGenerator<SampleBatch> {
  const indices = names.map((name) => recording.columns.indexOf(name));
  const samples = new SampleColumns(PIPELINE, names.length);
  const values = new Float64Array(names.length);
  for (let row = 0; row < recording.timesUs.length; row++) {
    const at = row * recording.columns.length;
    for (const [c, index] of indices.entries()) values[c] = recording.rows[at + index]!;
    samples.push(PIPELINE, recording.timesUs[row]!, values);
    if (samples.count === CHUNK_ROWS) yield samples.take()!;
  }
  const rest = samples.take();
  if (rest) yield rest;
}
