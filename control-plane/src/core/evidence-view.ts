/** What agents show of a release, as the API, the command line and the console give it to people. */
import { psi, psiExcess, total } from '@skerry/proto/drift/distances';
import { type ArmName, type ArmSummary, latencyOf } from './shard/arm-summary.ts';
import type { ReleaseCounts } from './shard/counts.ts';
import type { ReversionProof } from './shard/reversions.ts';
import { SHOWN_METRIC_NAMES, type ShownMetric } from './shown-metrics.ts';

/** The agents of one arm that ran one release. */
export interface ShownArm {
  arm: ArmName;
  /** NAME@VERSION, or the digest of one that was never pushed here. */
  release: string;
  digest: string;
  agents: number;
  /** The mean over agents, and how many have a value; metrics that nobody has are left out. */
  metrics: Partial<Record<ShownMetric, { agents: number; mean: number }>>;
  /** Counts of all agents together. */
  totals: Omit<ReleaseCounts, 'latency' | 'outputs'>;
  latency: Record<'p50Ms' | 'p95Ms' | 'p99Ms', number | null>;
  /** Over the release's own drift edges, all agents together. */
  outputs: Record<string, number[]>;
  reversions: Record<ReversionProof, number>;
}

/** How an output of the stage lies against another release's: windows of few agents, so information and no test. */
export interface OutputShift {
  output: string;
  /** The release that it is held against. */
  against: string;
  windows: number;
  againstWindows: number;
  /** null where the histograms can't be compared; `note` says why. */
  psi: number | null;
  psiExcess: number | null;
  note?: string;
}

/** A summary as it is shown; `nameOf` gives NAME@VERSION of a digest. */
export function showArm(summary: ArmSummary, nameOf: (digest: string) => string | undefined): ShownArm {
  const { latency: _, outputs, ...totals } = summary.counts;
  const { arm, digest, agents, reversions } = summary;
  const metrics: ShownArm['metrics'] = {};
  for (const metric of SHOWN_METRIC_NAMES) {
    const held = summary.metrics[metric];
    if (held) metrics[metric] = { agents: held.agents, mean: held.sum / held.agents };
  }
  const latency = latencyOf(summary.counts);
  return {
    arm,
    release: nameOf(digest) ?? digest,
    digest,
    agents,
    metrics,
    totals,
    latency,
    outputs,
    reversions,
  };
}

/** Edges of a release's outputs, by name. */
export type OutputEdges = ReadonlyMap<string, readonly number[]>;

/**
 * The outputs of the stage against those of every other release that agents serve meanwhile. Only histograms on the same
 * edges compare: `edgesOf` gives those of a release's drift reference, undefined where it has none.
 */
export function outputShifts(
  arms: readonly ShownArm[],
  edgesOf: (digest: string) => OutputEdges | undefined,
): OutputShift[] {
  const stage = arms.find((arm) => arm.arm === 'stage');
  if (!stage) return [];
  const others = arms.filter((arm) => arm.arm === 'control');
  return Object.entries(stage.outputs).flatMap(([output, counts]) =>
    others.map((other): OutputShift => {
      const against = other.outputs[output] ?? [];
      const common = {
        output,
        against: other.release,
        windows: total(counts),
        againstWindows: total(against),
      };
      const note = whyNot(
        counts,
        against,
        edgesOf(stage.digest)?.get(output),
        edgesOf(other.digest)?.get(output),
      );
      return note === undefined
        ? { ...common, psi: psi(against, counts), psiExcess: psiExcess(against, counts) }
        : { ...common, psi: null, psiExcess: null, note };
    }),
  );
}

function whyNot(
  counts: readonly number[],
  against: readonly number[],
  edges: readonly number[] | undefined,
  otherEdges: readonly number[] | undefined,
): string | undefined {
  if (total(counts) === 0 || total(against) === 0) return 'no windows yet';
  if (!edges || !otherEdges) return 'a release has no drift reference of this output';
  const same = edges.length === otherEdges.length && edges.every((edge, i) => edge === otherEdges[i]);
  if (!same || counts.length !== against.length) return 'the releases count it in other bins';
  return undefined;
}
