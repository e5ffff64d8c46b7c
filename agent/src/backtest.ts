/**
 * The live pipeline over a recording: contract, windows, model, decisions and rules as on a running agent, on event time
 * and at full speed. What differs: nothing is journaled, a timestamp is never ahead of the clock, and no device falls
 * silent before the recording ends; then what is pending closes as it would after silence.
 */
import { v1 } from '@skerry/proto/wire';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { Concluded, Inferred, SampleBatch, SampleCounters, WindowBatch } from './pipeline/types.ts';

export interface BacktestReport {
  /** Samples by what became of them; received = rejected + used + gap + skipped + open. */
  counters: SampleCounters;
  /** Samples that no window has closed over: those at the end that a `rate: any` window still waits for. */
  open: number;
  /** Results by decision. */
  decisions: Record<string, number>;
  results: number;
  /** Alert episodes opened. */
  alerts: number;
}

/**
 * Runs recorded rows through a pipeline that has its release. `chunks` are rows in columns as SampleColumns collects
 * them (a few thousand at a time: one chunk is in memory), in the configuration's order of channels. `sink` gets what
 * comes of each batch of windows, in order, and may make the run wait. Rejects where `infer` or `sink` does.
 */
export async function backtest(
  pipeline: Pipeline,
  infer: (windows: WindowBatch) => Promise<Inferred>,
  chunks: AsyncIterable<SampleBatch>,
  sink: (concluded: Concluded) => void | Promise<void>,
  maxBatch = 512,
): Promise<BacktestReport> {
  const report = { decisions: {} as Record<string, number>, results: 0, alerts: 0 };

  async function drain(): Promise<void> {
    for (let windows = pipeline.takeReady(maxBatch); windows; windows = pipeline.takeReady(maxBatch)) {
      const inferred = await infer(windows);
      const producedMs = Math.ceil(windows.toUs.reduce((max, toUs) => Math.max(max, toUs)) / 1000);
      const concluded = pipeline.conclude(windows, inferred, { producedMs });
      for (const { decision } of concluded.rows)
        report.decisions[decision] = (report.decisions[decision] ?? 0) + 1;
      report.results += concluded.rows.length;
      report.alerts += concluded.alerts.filter(
        (alert) => alert.state === v1.EpisodeState.EPISODE_STATE_OPEN,
      ).length;
      await sink(concluded);
    }
  }

  let seq = 0;
  for await (const chunk of chunks) {
    acceptAll(pipeline, chunk);
    const accepted = pipeline.takePending();
    if (accepted) pipeline.feed(accepted, ++seq, 0, 'live');
    await drain();
    pipeline.dirtyStates(); // nothing is kept: the list of changed devices must not grow
  }
  let next: number | undefined;
  do {
    next = pipeline.tick(Number.POSITIVE_INFINITY);
    await drain();
  } while (next !== undefined);
  const counters = pipeline.counters();
  return { ...report, counters, open: openOf(counters) };
}

function acceptAll(pipeline: Pipeline, chunk: SampleBatch): void {
  const { channelCount } = chunk;
  const values = new Float64Array(channelCount);
  for (let row = 0; row < chunk.count; row++) {
    for (let c = 0; c < channelCount; c++) values[c] = chunk.values[row * channelCount + c]!;
    const device = chunk.devices[chunk.device[row]!]!;
    pipeline.acceptRow(device, chunk.timeUs[row]!, values, Number.POSITIVE_INFINITY);
  }
}

function openOf(counters: SampleCounters): number {
  const rejected = Object.values(counters.rejected).reduce((sum, count) => sum + count, 0);
  return counters.received - rejected - counters.used - counters.gap - counters.skipped;
}
