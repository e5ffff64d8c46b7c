/**
 * Decisions: what the model answered for a window becomes a result row, an event of an alert episode, and the messages
 * of rules.
 *
 *   threshold 1, sustain 2     score  0.4     1.2      1.3     1.4      0.2     0.3
 *                           decision  normal  pending  alert   alert    normal  normal
 *                            episode                   open    (update) .       cleared
 *
 * Past means value > threshold. A window whose outputs aren't all finite, or that the model failed on, is an `error`: it
 * leaves the counts as they were. A policy's `thresholds` replace those of every anomaly-score output, kept within the
 * range that the release allows. An update comes at most once a minute of event time.
 */
import { utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import type { EffectivePolicy } from '@skerry/proto/policy';
import type { ReleaseManifest, ReleaseOutput } from '@skerry/proto/release';
import { type DecisionName, type ResultRow, resultJson } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import type { Crypto, OutMessage } from '../ports.ts';
import { applyRules, type CompiledRule } from './actions.ts';
import { attributionShares } from './attribution.ts';
import type { Decisions } from './device.ts';
import { type Crossing, episodeEvent } from './episode.ts';
import type { Inferred, WindowBatch } from './types.ts';

const DIGEST_BYTES = 16;

/** What decisions of a release are taken with. */
export interface Judge {
  readonly agent: string;
  readonly pipeline: string;
  readonly crypto: Crypto;
  readonly manifest: ReleaseManifest;
  readonly releaseDigest: string;
  /** NAME@VERSION as it stands in results. */
  readonly ref: string;
  readonly rules: readonly CompiledRule[];
  /** The outputs that may be judged: anomaly scores and values, in the manifest's order. */
  readonly judged: readonly ReleaseOutput[];
  /** Changes where counts of windows in a row would belong to other outputs or rules. */
  readonly tag: number;
  policy: EffectivePolicy | undefined;
  policyGeneration: number;
}

/** A judge without a policy. */
export function createJudge(
  parts: Pick<Judge, 'agent' | 'pipeline' | 'crypto' | 'manifest' | 'releaseDigest' | 'ref' | 'rules'>,
): Judge {
  const judged = parts.manifest.output.filter((o) => o.kind === 'anomaly-score' || o.kind === 'value');
  const tag = crc32c(utf8(JSON.stringify([judged.map((o) => o.name), parts.rules.map((rule) => rule.rule)])));
  return { ...parts, judged, tag, policy: undefined, policyGeneration: 0 };
}

/** What came of one window. */
export interface Decided {
  row: ResultRow;
  alert: skerry.v1.IAlertRecord | undefined;
  actions: OutMessage[];
}

/** Decides on window `i` of a batch; `state` is the device's and is updated. */
export function decide(
  judge: Judge,
  state: Decisions,
  windows: WindowBatch,
  i: number,
  inferred: Inferred,
  producedMs: number,
): Decided {
  settle(judge, state);
  const row = emptyRow(judge, windows, i, inferred, producedMs);
  if (!fillOutputs(judge, row, i, inferred)) return { row, alert: undefined, actions: [] };
  const crossings = crossingsOf(judge, row);
  let worst: Crossing | undefined;
  row.decision = 'normal';
  crossings.forEach((crossing, at) => {
    const past = crossing !== undefined && crossing.value > crossing.threshold;
    state.past[at] = past ? Math.min((state.past[at] ?? 0) + 1, 0xffff_ffff) : 0;
    if (!past) return;
    const decision: DecisionName = state.past[at]! >= crossing.sustain ? 'alert' : 'pending';
    if (row.decision === 'normal' || (row.decision === 'pending' && decision === 'alert')) {
      row.decision = decision;
      worst = crossing;
    }
  });
  const alert = episodeEvent(judge, state, row, worst, crossings);
  const actions = applyRules(
    judge.rules,
    state.held,
    (name) => valueNamed(name, judge, row, crossings, windows, i),
    { device: row.device, agent: judge.agent, pipeline: judge.pipeline },
    () => utf8(JSON.stringify(resultJson(judge.crypto, judge.agent, row))),
  );
  return { row, alert, actions };
}

// Counts belong to outputs and rules by place: other ones start from nothing. An open episode stays open.
function settle(judge: Judge, state: Decisions): void {
  if (state.tag === judge.tag) return;
  state.tag = judge.tag;
  state.past = judge.judged.map(() => 0);
  state.held = judge.rules.map(() => 0);
}

function emptyRow(
  judge: Judge,
  windows: WindowBatch,
  i: number,
  inferred: Inferred,
  producedMs: number,
): ResultRow {
  const inputDigest = new Uint8Array(DIGEST_BYTES);
  inputDigest.set(inferred.inputDigests.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1)));
  return {
    pipeline: judge.pipeline,
    device: windows.devices[i]!,
    release: judge.ref,
    releaseDigest: judge.releaseDigest,
    variant: inferred.variant,
    backend: inferred.backend,
    fromUs: windows.fromUs[i]!,
    toUs: windows.toUs[i]!,
    decision: 'error',
    outputs: {},
    attribution: [],
    quality: { missing: windows.missing[i]!, interpolated: windows.interpolated[i]!, late: windows.late[i]! },
    inputDigest,
    policy: judge.policyGeneration,
    inferUs: Math.round(inferred.inferUs),
    producedMs,
  };
}

// False, and nothing written, where an output is missing or not finite.
function fillOutputs(judge: Judge, row: ResultRow, i: number, inferred: Inferred): boolean {
  if (inferred.error !== undefined) return false;
  const outputs: ResultRow['outputs'] = {};
  let attribution: ResultRow['attribution'] = [];
  for (const { name, kind } of judge.manifest.output) {
    if (kind === 'state') continue;
    const answer = inferred.outputs[name];
    if (!answer) return false;
    const values = answer.values.subarray(i * answer.width, (i + 1) * answer.width);
    if (values.length === 0 || !values.every(Number.isFinite)) return false;
    if (kind === 'attribution') {
      const shares = attributionShares(
        values,
        judge.manifest.window.channels.map((channel) => channel.name),
      );
      if (!shares) return false;
      attribution = shares;
    } else outputs[name] = values.length === 1 ? values[0]! : [...values];
  }
  row.outputs = outputs;
  row.attribution = attribution;
  return true;
}

/** What an output is judged by: the release's threshold, or the policy's, kept within the range that the release allows. */
export function thresholdOf(
  { kind, threshold, thresholdRange }: ReleaseOutput,
  policy: EffectivePolicy['thresholds'] | undefined,
): number | undefined {
  if (kind !== 'anomaly-score' || policy?.score === undefined) return threshold;
  const [low, high] = thresholdRange ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return Math.min(high, Math.max(low, policy.score));
}

// One per judged output: undefined where it has no threshold. An output wider than one value is judged by its greatest.
function crossingsOf(judge: Judge, row: ResultRow): (Crossing | undefined)[] {
  const policy = judge.policy?.thresholds;
  return judge.judged.map((output) => {
    const score = output.kind === 'anomaly-score';
    const threshold = thresholdOf(output, policy);
    if (threshold === undefined) return undefined;
    const value = row.outputs[output.name]!;
    return {
      output: output.name,
      value: typeof value === 'number' ? value : Math.max(...value),
      threshold,
      sustain: (score ? policy?.sustain : undefined) ?? output.sustain,
    };
  });
}

function valueNamed(
  name: string,
  judge: Judge,
  row: ResultRow,
  crossings: readonly (Crossing | undefined)[],
  windows: WindowBatch,
  i: number,
): number | undefined {
  const value = Object.hasOwn(row.outputs, name) ? row.outputs[name] : undefined;
  if (value !== undefined) return typeof value === 'number' ? value : Math.max(...value);
  if (name === 'threshold') return crossings.find((crossing) => crossing !== undefined)?.threshold;
  const { channels, length } = judge.manifest.window;
  const channel = channels.findIndex((c) => c.name === name);
  return channel === -1 ? undefined : windows.data[((i + 1) * length - 1) * channels.length + channel];
}
