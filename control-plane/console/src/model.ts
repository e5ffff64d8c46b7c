/** What the API answers with, and what the pages derive from it. The shapes are the server's own. */

import type { DiagnosedDrift } from '../../src/core/drift-diagnosis.ts';
import type { AuditLine } from '../../src/core/fleet/audit.ts';
import type { ReleaseDetails, ReleaseInfo } from '../../src/core/fleet/releases.ts';
import type { RolloutInfo, StoredDecision } from '../../src/core/fleet/rollouts.ts';
import type { AlertInfo } from '../../src/core/shard/alerts.ts';
import type { DeviceDrift, SignalDrift } from '../../src/core/shard/drift.ts';
import type { AgentInfo, DeviceInfo } from '../../src/core/shard/fleet-view.ts';
import type { LedgerInfo } from '../../src/core/shard/ledger.ts';
import type { SampleCount, SampleInfo, SampleWithValues } from '../../src/core/shard/samples.ts';
import type { Resource } from './resources.ts';
import { useResource } from './services.ts';

export type {
  AgentInfo,
  AlertInfo,
  AuditLine,
  DeviceDrift,
  DeviceInfo,
  DiagnosedDrift,
  LedgerInfo,
  ReleaseDetails,
  ReleaseInfo,
  RolloutInfo,
  SampleCount,
  SampleInfo,
  SampleWithValues,
  SignalDrift,
  StoredDecision,
};

/** One page of a list; the cursor is absent on the last. */
export interface Page<T> {
  items: T[];
  cursor?: string;
}

/** A result as `GET results` gives it (the documentation's "MQTT out"). */
export interface ResultJson {
  id: string;
  agent: string;
  device: string;
  pipeline: string;
  release: string;
  variant: string;
  backend: string;
  from: string;
  to: string;
  outputs: Record<string, number | number[]>;
  decision: Decision;
  attribution: Share[];
  quality: { missing: number; interpolated: number; late: number };
  inputDigest: string;
  policy: number;
  inferUs: number;
}

type Decision = 'normal' | 'pending' | 'alert' | 'error';

export interface Share {
  channel: string;
  share: number;
}

/** One window of one device, as it is drawn: times of events, never of arrival. */
export interface Point {
  fromMs: number;
  toMs: number;
  score: number;
  decision: Decision;
  release: string;
  attribution: Share[];
}

/** What a release says about its score. */
export interface ScoreSpec {
  output: string;
  threshold: number | undefined;
}

/** up: heard of lately · late: it should have been · unknown: not for so long that nothing is known of it. */
export type Health = 'up' | 'late' | 'unknown';

const LATE_AFTER_MS = 60_000;
const UNKNOWN_AFTER_MS = 5 * 60_000;

/** How an approved agent is. */
export function healthOf(agent: AgentInfo, nowMs: number): Health {
  const silentMs = nowMs - (agent.lastSeenMs ?? Number.NEGATIVE_INFINITY);
  return silentMs < LATE_AFTER_MS ? 'up' : silentMs < UNKNOWN_AFTER_MS ? 'late' : 'unknown';
}

/** The path of a list with its parameters; those that are undefined are left out. */
export function query(path: string, params: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value !== undefined) search.set(key, String(value));
  return `/api/v1/${path}?${search}`;
}

/** A release's details by NAME@VERSION; they never change, so they are asked for once. */
export function useRelease(ref: string | undefined): Resource<ReleaseDetails> {
  const [name, version] = (ref ?? '').split('@');
  return useResource(
    name && version
      ? `/api/v1/releases/${encodeURIComponent(name)}/${encodeURIComponent(version)}`
      : undefined,
    [],
  );
}

/** The score output of a release: the anomaly score, or the first output with a threshold. */
export function scoreSpecOf(release: ReleaseDetails | undefined): ScoreSpec | undefined {
  const outputs = release?.manifest.output ?? [];
  const output =
    outputs.find((o) => o.kind === 'anomaly-score') ?? outputs.find((o) => o.threshold !== undefined);
  return output && { output: output.name, threshold: output.threshold };
}

/** The threshold that an agent's policy puts in the place of the release's own, for one pipeline. */
export function policyThreshold(agent: AgentInfo | undefined, pipeline: string): number | undefined {
  const entry = agent?.desired.find((d) => d.name === pipeline && d.role !== 'shadow');
  if (!entry?.policy) return undefined;
  return (JSON.parse(entry.policy) as { thresholds?: { score?: number } }).thresholds?.score;
}

/** The number that is drawn of a result: the named output, else `score`, else the first that is one number. */
export function scoreOf(outputs: Record<string, unknown>, spec: ScoreSpec | undefined): number {
  const name = spec?.output ?? 'score';
  // Present and no number: the model answered NaN, which JSON can't say.
  if (name in outputs) return typeof outputs[name] === 'number' ? outputs[name] : Number.NaN;
  const first = Object.values(outputs).find((v) => typeof v === 'number');
  return typeof first === 'number' ? first : Number.NaN;
}

/** Results as points in the order of their events. */
export function pointsOf(results: readonly ResultJson[], spec: ScoreSpec | undefined): Point[] {
  return results
    .map((r) => ({
      fromMs: Date.parse(r.from),
      toMs: Date.parse(r.to),
      score: scoreOf(r.outputs, spec),
      decision: r.decision,
      release: r.release,
      attribution: r.attribution,
    }))
    .sort((a, b) => a.toMs - b.toMs);
}

/** What an alert's event says; a drift alert and the agent's own have no window and no attribution. */
export interface AlertDetail {
  release: string;
  from: string | undefined;
  to: string | undefined;
  output: string;
  value: number;
  threshold: number;
  attribution: Share[];
  message: string;
}

/** Reads an alert's latest event. */
export function alertDetail(alert: AlertInfo): AlertDetail {
  const r = alert.result as Partial<AlertDetail>;
  return {
    release: r.release ?? '',
    from: r.from,
    to: r.to,
    output: r.output ?? '',
    value: r.value ?? Number.NaN,
    threshold: r.threshold ?? Number.NaN,
    attribution: [...(r.attribution ?? [])].sort((a, b) => b.share - a.share),
    message: r.message ?? '',
  };
}

/** Whether the episode still goes on. */
export function isOpen(alert: AlertInfo): boolean {
  return alert.state !== 'cleared';
}
