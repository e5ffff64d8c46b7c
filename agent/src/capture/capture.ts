/**
 * Chooses which windows of a pipeline are kept for people to label, where a policy says `onAlert: capture`: those whose
 * score lies near the threshold, those of devices that drift, those unlike what was seen, those on which a shadow decides
 * otherwise, and some at random. All stay within the policy's bytes per day; what is private in the release's contract
 * never leaves the device.
 *
 *     utility = 1 - |F(score) - F(threshold)|, F the shares of the latest scores;
 *               1 where the device drifts, the window is new (novelty.ts), or the shadow disagrees
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
import { Novelty, type NoveltyOptions } from './novelty.ts';

export interface CaptureOptions {
  agentId: string;
  crypto: Crypto;
  clock: Clock;
  random: Random;
  /** Chance with which any window is taken. */
  randomShare: number;
  novelty: NoveltyOptions;
  /** Whether a window of this id waits already. */
  isHeld: (id: string) => boolean;
  /** Takes what was chosen. */
  keep: (window: skerry.v1.ICapturedWindow) => void;
}

const LATEST_SCORES = 500;
/** Before so many scores nobody knows what is near. */
const FEWEST_SCORES = 50;

type Reason = 'threshold' | 'drift' | 'novel' | 'disagreement' | 'random';

export class Capture {
  readonly #o: CaptureOptions;
  readonly #choice: CaptureChoice;
  readonly #budget: CaptureBudget;
  #scores: number[] = [];
  #novelty: Novelty | undefined;
  #reference: skerry.v1.IDriftReference | undefined;
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
    if (!this.#policy) this.#novelty = undefined;
  }

  /** Another release serves: what was seen of the one before says nothing of its windows and scores. */
  startAnew(reference: skerry.v1.IDriftReference | undefined): void {
    this.#reference = reference;
    this.#novelty = undefined;
    this.#scores = [];
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
    if (row.decision === 'error') return;
    const { score, threshold } = scoreOf(manifest, row, this.#policy);
    this.#novelty ??= new Novelty(this.#o.novelty, manifest, this.#reference);
    const isNew = this.#novelty.isNew(windows, index);
    // NaN where there is no score, or no threshold that it could be near to.
    const near = Number.isFinite(score - threshold) ? this.#nearness(score, threshold) : 0;
    const why: Reason = isDrifting() ? 'drift' : isNew ? 'novel' : 'threshold';
    const choice = this.#choice.choose(why === 'threshold' ? near : 1);
    if (choice) this.#take(manifest, windows, index, row, choice === 'random' ? 'random' : why);
  }

  /** A window on which the shadow decided otherwise: told after onWindow, which has drawn the lot for it. */
  onDisagreement(manifest: ReleaseManifest, windows: WindowBatch, index: number, row: ResultRow): void {
    if (this.#policy && this.#choice.isWorth(1)) this.#take(manifest, windows, index, row, 'disagreement');
  }

  #take(
    manifest: ReleaseManifest,
    windows: WindowBatch,
    index: number,
    row: ResultRow,
    reason: Reason,
  ): void {
    const id = resultId(this.#o.crypto, { agent: this.#o.agentId, ...row });
    if (this.#o.isHeld(id)) return;
    const window: skerry.v1.ICapturedWindow = {
      id,
      pipeline: row.pipeline,
      device: row.device,
      release: row.release,
      releaseDigest: row.releaseDigest,
      fromUs: row.fromUs,
      toUs: row.toUs,
      ...openValues(manifest, windows, index),
      reason,
      inclusion: reason === 'random' ? this.#o.randomShare : 0,
      ...scoreOf(manifest, row, this.#policy!),
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

/** The window's anomaly score and the threshold in force; NaN where there is none. */
function scoreOf(
  { output: outputs }: ReleaseManifest,
  row: ResultRow,
  { thresholds }: EffectivePolicy,
): { score: number; threshold: number } {
  const output = outputs.find(({ kind }) => kind === 'anomaly-score');
  const score = output && row.outputs[output.name];
  const threshold = output && thresholdOf(output, thresholds);
  return { score: typeof score === 'number' ? score : Number.NaN, threshold: threshold ?? Number.NaN };
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
