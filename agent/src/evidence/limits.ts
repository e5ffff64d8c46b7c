/** A release's own limits (model.yaml), and whether it is past one of them. */
import type { ReleaseManifest } from '@skerry/proto/release';
import { formatBytes, formatDuration } from '@skerry/proto/units';

/** What a release has come to, as far as its limits go. */
export interface Conduct {
  /** Enough was seen for shares of windows to mean something. */
  isJudgeable: boolean;
  windows: number;
  errors: number;
  /** Windows that took longer than latencyP95 allows. */
  slow: number;
  /** The most that it was seen to take. */
  memoryBytes: number;
  /** How long ago the process ended unasked while the release was active, powered on; the latest last. */
  crashAgesMs: readonly number[];
}

/** By chance alone a release that keeps its limit exactly is found past it once in a thousand looks, or less often. */
const CHANCE = 0.001;
/** Latency is judged by its 95th percentile: so many windows may take longer. */
const SLOW_SHARE = 0.05;

/** Which limit is passed, with the value and the bound; undefined where none is. */
export function passedLimit(limits: ReleaseManifest['limits'], conduct: Conduct): string | undefined {
  const { errorRate, latencyP95, memory, crashLoop } = limits;
  const { windows, errors, slow, memoryBytes, crashAgesMs } = conduct;
  const ageMs = crashLoop && crashAgesMs.at(-crashLoop.count);
  if (crashLoop && ageMs !== undefined && ageMs <= crashLoop.windowMs)
    return `crashLoop: the agent ended ${crashLoop.count} times within ${formatDuration(crashLoop.windowMs)}`;
  if (memory !== undefined && memoryBytes > memory)
    return `memory: ${formatBytes(memoryBytes)}, allowed ${formatBytes(memory)}`;
  if (!conduct.isJudgeable) return undefined;
  if (errorRate !== undefined && isAbove(errors, windows, errorRate))
    return `errorRate: ${percent(errors / windows)} of the last ${windows} windows, allowed ${percent(errorRate)}`;
  if (latencyP95 !== undefined && isAbove(slow, windows, SLOW_SHARE))
    return `latencyP95: ${percent(slow / windows)} of the last ${windows} windows took longer than ${formatDuration(latencyP95)}, allowed ${percent(SLOW_SHARE)}`;
  return undefined;
}

/**
 * Whether `k` of `n` show a share above `share`, and not bad luck: P(X >= k) <= exp(-n KL(k/n ‖ share)) for a binomial X
 * (Chernoff 1952), asked to be at most CHANCE. Of 20 windows at 1% that takes four, of 600 at 5% about fifty.
 */
export function isAbove(k: number, n: number, share: number): boolean {
  const q = k / n;
  if (!(q > share)) return false;
  const divergence = q * Math.log(q / share) + (q < 1 ? (1 - q) * Math.log((1 - q) / (1 - share)) : 0);
  return n * divergence >= -Math.log(CHANCE);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))}%`;
}
