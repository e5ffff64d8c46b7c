/** Counts of one release in one role, from its activation on. Noting allocates nothing. */
import { binOf } from '@skerry/proto/drift/histogram';
import { LatencySketch } from '@skerry/proto/latency';
import type { ReleaseOutput } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { Decided } from '../pipeline/decide.ts';
import type { Inferred } from '../pipeline/types.ts';
import type { Activation, ShadowWindows } from './types.ts';

const [WINDOWS, ERRORS, NON_FINITE, ALERTS, ALERT_WINDOWS, CONFIDENCES, CONFIDENCE, MEMORY] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
const [MATCHED, FLIPS, DISTANCE, SQUARED, SHED] = [8, 9, 10, 11, 12] as const;
const SIZE = 13;
/** How far from 1 the values of a class may add up and still be its probabilities. */
const PROBABILITY_SLACK = 0.01;

interface OutputCounts {
  name: string;
  edges: Float64Array;
  counts: Float64Array;
}

export class Tally {
  readonly #activation: Activation;
  // One typed array, because a double kept in an object's field may be boxed anew at each write.
  readonly #n = new Float64Array(SIZE);
  readonly #latency: LatencySketch;
  readonly #outputs: readonly OutputCounts[];
  /** The output whose probabilities say how sure the model is. */
  readonly #classes: ReleaseOutput | undefined;
  /** Something was noted since the last message. */
  isDirty = false;

  /** Counts from 0, or from where `stored` stopped. */
  constructor(activation: Activation, stored: skerry.v1.IReleaseEvidence = {}) {
    this.#activation = activation;
    this.#classes = activation.manifest.output.find(({ kind }) => kind === 'class');
    this.#latency = LatencySketch.from({
      gamma: stored.latency?.gamma ?? 0,
      offset: stored.latency?.offset ?? 0,
      counts: stored.latency?.counts ?? [],
      zeros: stored.latency?.zeros ?? 0,
    });
    this.#outputs = outputsOf(activation, stored);
    this.#n.set([
      stored.windows ?? 0,
      stored.errors ?? 0,
      stored.nonFinite ?? 0,
      stored.alerts ?? 0,
      stored.alertWindows ?? 0,
      stored.confidences ?? 0,
      stored.confidenceSum ?? 0,
      stored.memoryBytes ?? 0,
      stored.shadow?.matched ?? 0,
      stored.shadow?.flips ?? 0,
      stored.shadow?.sumDistance ?? 0,
      stored.shadow?.sumSqDistance ?? 0,
      stored.shadow?.shedWindows ?? 0,
    ]);
  }

  /** A run that answered: what each of its windows took. */
  noteLatency(inferUs: number, count: number): void {
    this.#latency.add(inferUs, count);
    this.isDirty = true;
  }

  noteRow({ row, alert }: Pick<Decided, 'row' | 'alert'>, inferred: Inferred, index: number): void {
    const n = this.#n;
    this.isDirty = true;
    n[WINDOWS]!++;
    if (alert?.state === v1.EpisodeState.EPISODE_STATE_OPEN) n[ALERTS]!++;
    if (row.decision === 'error') {
      n[ERRORS]!++;
      if (inferred.error === undefined && hasNonFinite(inferred, index)) n[NON_FINITE]!++;
      return;
    }
    if (row.decision === 'alert') n[ALERT_WINDOWS]!++;
    for (const { name, edges, counts } of this.#outputs) {
      const value = row.outputs[name];
      if (typeof value === 'number') counts[binOf(edges, value)]!++;
    }
    const confidence = this.#confidenceOf(row);
    if (Number.isNaN(confidence)) return;
    n[CONFIDENCES]!++;
    n[CONFIDENCE]! += confidence;
  }

  noteShadow({ matched, flips, distance, squaredDistance, shed }: ShadowWindows): void {
    const n = this.#n;
    n[MATCHED]! += matched;
    n[FLIPS]! += flips;
    n[DISTANCE]! += distance;
    n[SQUARED]! += squaredDistance;
    n[SHED]! += shed;
    this.isDirty = true;
  }

  /** Looks how much memory the release takes, and keeps the highest. */
  noteMemory(): void {
    const bytes = this.#activation.memoryBytes?.() ?? 0;
    if (bytes <= this.#n[MEMORY]!) return;
    this.#n[MEMORY] = bytes;
    this.isDirty = true;
  }

  get memoryBytes(): number {
    return this.#n[MEMORY]!;
  }

  /** The counts as they are stored and sent; who counts, since when and how it ended is the book's to say. */
  message(): skerry.v1.IReleaseEvidence {
    const n = this.#n;
    const { outcomes, champion } = this.#activation;
    this.isDirty = false;
    return {
      windows: n[WINDOWS]!,
      errors: n[ERRORS]!,
      nonFinite: n[NON_FINITE]!,
      alerts: n[ALERTS]!,
      alertWindows: n[ALERT_WINDOWS]!,
      latency: this.#latency.state(),
      outputs: this.#outputs.map(({ name, counts }) => ({ name, counts: [...counts] })),
      confidences: n[CONFIDENCES]!,
      confidenceSum: n[CONFIDENCE]!,
      memoryBytes: n[MEMORY]!,
      golden: outcomes.map(({ variant, backend, passed, detail, inferUs }) => ({
        variant,
        backend,
        passed,
        detail,
        inferUs,
      })),
      ...(champion !== undefined && {
        shadow: {
          matched: n[MATCHED]!,
          flips: n[FLIPS]!,
          sumDistance: n[DISTANCE]!,
          sumSqDistance: n[SQUARED]!,
          shedWindows: n[SHED]!,
          championDigest: champion,
        },
      }),
    };
  }

  /** The greatest of a class's probabilities; NaN where the model gives none. */
  #confidenceOf(row: ResultRow): number {
    const values = this.#classes && row.outputs[this.#classes.name];
    if (values === undefined || typeof values === 'number') return Number.NaN;
    let [sum, greatest] = [0, 0];
    for (const value of values) {
      if (value < 0) return Number.NaN;
      sum += value;
      if (value > greatest) greatest = value;
    }
    return Math.abs(sum - 1) <= PROBABILITY_SLACK ? greatest : Number.NaN;
  }
}

function outputsOf(
  { manifest, reference }: Activation,
  stored: skerry.v1.IReleaseEvidence,
): readonly OutputCounts[] {
  const known = (reference?.signals ?? []).filter(
    ({ isOutput, name }) => isOutput && manifest.output.some((output) => output.name === name),
  );
  return known.map(({ name, edges }) => {
    const counts = new Float64Array((edges?.length ?? 0) + 1);
    const before = stored.outputs?.find((output) => output.name === name)?.counts ?? [];
    if (before.length === counts.length) counts.set(before);
    return { name: name ?? '', edges: Float64Array.from(edges ?? []), counts };
  });
}

function hasNonFinite({ outputs }: Inferred, index: number): boolean {
  return Object.values(outputs).some(({ width, values }) =>
    values.subarray(index * width, (index + 1) * width).some((value) => !Number.isFinite(value)),
  );
}
