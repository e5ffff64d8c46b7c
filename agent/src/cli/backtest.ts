import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { packRelease } from '@skerry/proto/pack';
import { releaseRef } from '@skerry/proto/release';
import { resultJson } from '@skerry/proto/results';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { stderrLog } from '../adapters/log.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { backtest } from '../backtest.ts';
import { createEngine } from '../inference/engine.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import { createBacktestJudge, tellBacktest } from './backtest-report.ts';
import { inferenceBackends, VERSION } from './compose.ts';
import { loadConfig } from './config-file.ts';
import { recordingBatches } from './recording.ts';

export interface BacktestOptions {
  config: string;
  pipeline: string;
  input: string;
  time?: string;
  device?: string;
  release?: string;
  /** A column that is 0 where nothing was wrong. */
  labels?: string;
  /** A file of labelled windows. */
  windows?: string;
  /** Where a picture is written. */
  plot?: string;
  out: string;
  json: boolean;
}

/** `skerry-agent backtest`: the live code over a recording, results as one JSON object a line. */
export async function runBacktest(options: BacktestOptions): Promise<void> {
  const { config, agentId, resolve: inConfig } = await loadConfig(options.config);
  const pipelineConfig = config.pipelines.find(({ name }) => name === options.pipeline);
  if (!pipelineConfig)
    throw new SkerryError('not-found', `${options.config} has no pipeline ${options.pipeline}`, {
      hint: `it has ${config.pipelines.map(({ name }) => name).join(', ')}`,
    });
  const { release } = pipelineConfig;
  const directory = options.release
    ? resolve(options.release)
    : release.kind === 'file'
      ? inConfig(release.directory)
      : undefined;
  if (directory === undefined)
    throw new SkerryError(
      'invalid',
      `pipeline ${options.pipeline} takes its release from the control plane`,
      {
        hint: 'name one on disk with --release DIR',
      },
    );
  // Backtests never touch the agent's own data: the release is unpacked into a folder of its own.
  const scratch = join(tmpdir(), `skerry-backtest-${process.pid}`);
  const engine = createEngine({
    backends: inferenceBackends(config.inference.backends),
    blobs: createFsBlobs(scratch),
    crypto: nodeCrypto,
    clock: systemClock,
    agentVersion: VERSION,
    maxMemoryBytes: config.inference.maxMemory,
    choose: config.inference.choose,
    log: stderrLog(systemClock, 'warn'),
  });
  let out: Awaited<ReturnType<typeof resultFile>> | undefined;
  try {
    const loadable = await unpack(directory, scratch);
    const pipeline = createPipeline(pipelineConfig, {
      agent: agentId,
      crypto: nodeCrypto,
      limits: config.limits,
    });
    pipeline.setRelease(loadable.manifest, loadable.digest, releaseRef(loadable.manifest));
    engine.serve(pipeline.name, await engine.prepare(loadable));
    const judging = await createBacktestJudge(options, loadable.manifest);
    out = await resultFile(options.out);
    const { append } = out;
    const latency = new LatencyOfRuns();
    const startMs = systemClock.monoMs();
    const report = await backtest(
      pipeline,
      async (windows) => {
        const inferred = await engine.run(pipeline.name, windows);
        latency.add(inferred.inferUs, windows.count);
        return inferred;
      },
      recordingBatches({
        file: options.input,
        pipeline: pipelineConfig,
        time: options.time,
        device: options.device,
        label: options.labels,
        onLabel: judging?.onLabel,
        onProgress,
      }),
      async ({ rows }) => {
        if (rows.length === 0) return;
        judging?.onResults(rows);
        await append(rows.map((row) => `${JSON.stringify(resultJson(nodeCrypto, agentId, row))}\n`).join(''));
      },
      config.limits.maxBatch,
    );
    const seconds = (systemClock.monoMs() - startMs) / 1_000;
    const judged = await judging?.finish(releaseRef(loadable.manifest));
    tellBacktest(report, judged, { ...options, seconds, inferUs: latency.quantiles() });
  } finally {
    await out?.close();
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Opens a file to write results to; errors name the option. */
async function resultFile(
  path: string,
): Promise<{ append(text: string): Promise<void>; close(): Promise<void> }> {
  const failed = (cause: unknown): never => {
    throw new SkerryError('failed', `${path} can't be written: ${reasonOf(cause)}`, {
      hint: 'choose another place with --out',
      cause,
    });
  };
  const file = await open(path, 'w').catch(failed);
  return {
    append: async (text) => void (await file.appendFile(text).catch(failed)),
    close: () => file.close(),
  };
}

async function unpack(
  directory: string,
  scratch: string,
): Promise<Parameters<ReturnType<typeof createEngine>['prepare']>[0]> {
  const { manifest, files } = await readReleaseDirectory(directory);
  const { release, blobs } = packRelease(nodeCrypto, manifest, files);
  const store = createFsBlobs(scratch);
  for (const [digest, bytes] of blobs) await store.write(digest, bytes);
  return { manifest, digest: release.digest, files: release.files };
}

function onProgress(share: number, rows: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round(share * 30);
  process.stderr.write(
    `\r[${'='.repeat(filled)}${' '.repeat(30 - filled)}] ${Math.round(share * 100)} %  ${rows} samples`,
  );
  if (share === 1) process.stderr.write('\n');
}

/** Time of inference a window, run by run. */
class LatencyOfRuns {
  readonly #runs: { us: number; windows: number }[] = [];

  add(us: number, windows: number): void {
    this.#runs.push({ us, windows });
  }

  /** Over windows: half of them, and 95 %, took no longer. 0 without any. */
  quantiles(): { p50: number; p95: number } {
    const sorted = this.#runs.toSorted((a, b) => a.us - b.us);
    const total = sorted.reduce((sum, { windows }) => sum + windows, 0);
    const at = (share: number): number => {
      let left = share * total;
      for (const { us, windows } of sorted) {
        left -= windows;
        if (left <= 0) return us;
      }
      return 0;
    };
    return { p50: at(0.5), p95: at(0.95) };
  }
}
