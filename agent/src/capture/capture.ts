/**
 * Chooses which windows of a pipeline are kept for people to label, where a policy says `onAlert: capture`: those whose
 * score lies near the threshold, those of devices that drift, and some at random. All stay within the policy's bytes
 * per day; what is private in the release's contract never leaves the device.
 *
 *     utility = 1 - |F(score) - F(threshold)|, F the shares of the latest scores; 1 where the device drifts
 */
import type { Crypto } from '@skerry/proto/crypto';
import { resultId } from '@skerry/proto/ids';
import type { EffectivePolicy } from '@skerry/proto/policy';
import type { ReleaseManifest } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import { thresholdOf } from '../pipeline/decide.ts';
import type { WindowBatch } from '../pipeline/types.ts';
import type { Clock, Random } from '../ports.ts';
import { CaptureBudget } from './budget.ts';
import { CaptureChoice } from './choice.ts';

export interface CaptureOptions {
  agentId: string;
  crypto: Crypto;
  clock: Clock;
  random: Random;
  /** Chance with which any window is taken. */
  randomShare: number;
  /** Takes what was chosen. */
  keep: (window: skerry.v1.ICapturedWindow) => void;
}

const LATEST_SCORES = 500;
/** Before so many scores nobody knows what is near. */
const FEWEST_SCORES = 50;

export class Capture {
  readonly #o: CaptureOptions;
  readonly #choice: CaptureChoice;
  readonly #budget: CaptureBudget;
  readonly #scores: number[] = [];
  #policy: EffectivePolicy | undefined;

  constructor(options: CaptureOptions) {
    this.#o = options;
    this.#choice = new CaptureChoice({ random: options.randomShare, unit: () => options.random.unit() });
    this.#budget = new CaptureBudget(options.clock.monoMs());
  }

  /** Captures by another policy, or nothing any more. */
  usePolicy(policy: EffectivePolicy | undefined): void {
    this.#policy = policy?.onAlert.includes('capture') ? policy : undefined;
    this.#budget.set(this.#policy?.capture?.bytesPerDay ?? 0, this.#o.clock.monoMs());
  }

  /** One window and what came of it. */
  onWindow(
    manifest: ReleaseManifest,
    windows: WindowBatch,
    index: number,
    row: ResultRow,
    isDrifting: () => boolean,
  ): void {
    if (!this.#policy) return;
    const output = manifest.output.find(({ kind }) => kind === 'anomaly-score');
    const score = output && row.outputs[output.name];
    const threshold = output && thresholdOf(output, this.#policy.thresholds);
    if (typeof score !== 'number' || !Number.isFinite(score)) return;
    const drifts = isDrifting();
    const near = threshold === undefined ? 0 : this.#nearness(score, threshold);
    const choice = this.#choice.choose(drifts ? 1 : near);
    if (!choice) return;
    const reason = choice === 'random' ? 'random' : drifts ? 'drift' : 'threshold';
    const values = openValues(manifest, windows, index);
    const window: skerry.v1.ICapturedWindow = {
      id: resultId(this.#o.crypto, { agent: this.#o.agentId, ...row }),
      pipeline: row.pipeline,
      device: row.device,
      release: row.release,
      releaseDigest: row.releaseDigest,
      fromUs: row.fromUs,
      toUs: row.toUs,
      ...values,
      reason,
      inclusion: choice === 'random' ? this.#o.randomShare : 0,
      score,
      threshold: threshold ?? Number.NaN,
      policy: row.policy,
    };
    if (this.#budget.spend(sizeOf(window), this.#o.clock.monoMs())) this.#o.keep(window);
  }

  /** 1 where the score is at the threshold among the latest scores, 0 where all of them lie in between. */
  #nearness(score: number, threshold: number): number {
    this.#scores.push(score);
    if (this.#scores.length > LATEST_SCORES) this.#scores.shift();
    if (this.#scores.length < FEWEST_SCORES) return 0;
    const [low, high] = score < threshold ? [score, threshold] : [threshold, score];
    let between = 0;
    for (const other of this.#scores) if (other >= low && other < high) between++;
    return 1 - between / this.#scores.length;
  }
}

/** The window's values, row by row, those of private channels left out. */
function openValues(
  { window: { channels } }: ReleaseManifest,
  { data, count }: WindowBatch,
  index: number,
): { channels: string[]; privateChannels: string[]; values: Uint8Array } {
  const size = data.length / count;
  const at = channels.flatMap((channel, i) => (channel.private ? [] : [i]));
  const ticks = Math.floor(size / channels.length);
  const values = new DataView(new ArrayBuffer(4 * ticks * at.length));
  for (let tick = 0; tick < ticks; tick++)
    at.forEach((channel, i) => {
      const value = data[index * size + tick * channels.length + channel]!;
      values.setFloat32(4 * (tick * at.length + i), value, true);
    });
  return {
    channels: at.map((i) => channels[i]!.name),
    privateChannels: channels.filter((channel) => channel.private).map(({ name }) => name),
    values: new Uint8Array(values.buffer),
  };
}

/** What a window takes on its way, about. */
function sizeOf({ values, channels, device, pipeline, release }: skerry.v1.ICapturedWindow): number {
  const texts = [device, pipeline, release, ...(channels ?? [])];
  return (values?.length ?? 0) + texts.reduce((sum, text) => sum + (text?.length ?? 0), 0) + 200;
}
