/**
 * What goes out on MQTT (README: MQTT out). Everything here has been committed before it is published; a broker that
 * is away misses it, the outbox doesn't.
 */
import { utf8 } from '@skerry/proto/bytes';
import { resultId } from '@skerry/proto/ids';
import { type ResultRow, resultJson } from '@skerry/proto/results';
import { isoFromUs } from '@skerry/proto/units';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { Crypto, OutMessage } from './ports.ts';

/** What is published of a pipeline. */
export interface PublishSettings {
  results: boolean;
  alerts: boolean;
}

const STATES: Record<number, string> = {
  [v1.EpisodeState.EPISODE_STATE_OPEN]: 'open',
  [v1.EpisodeState.EPISODE_STATE_UPDATE]: 'update',
  [v1.EpisodeState.EPISODE_STATE_CLEARED]: 'cleared',
};

/** `skerry/v1/{agent}/{pipeline}/{device}/{kind}`, the device percent-encoded. */
export function outTopic(
  agent: string,
  pipeline: string,
  device: string,
  kind: 'result' | 'alert' | 'drift',
): string {
  return `skerry/v1/${agent}/${pipeline}/${encodeURIComponent(device)}/${kind}`;
}

/** Results (QoS 0) and alerts (QoS 1) of one commit as messages, in order. */
export function outMessages(
  crypto: Crypto,
  agent: string,
  settings: ReadonlyMap<string, PublishSettings>,
  committed: { rows: readonly ResultRow[]; alerts: readonly skerry.v1.IAlertRecord[] },
): OutMessage[] {
  const messages: OutMessage[] = [];
  const wanted = new Set(committed.alerts.map((alert) => alert.resultId));
  const results = new Map<string, Record<string, unknown>>();
  for (const row of committed.rows) {
    const publish = settings.get(row.pipeline)?.results ?? true;
    if (!publish && wanted.size === 0) continue;
    const json = resultJson(crypto, agent, row);
    if (wanted.size > 0) results.set(json.id as string, json);
    if (publish) messages.push(message(outTopic(agent, row.pipeline, row.device, 'result'), json, 0));
  }
  for (const alert of committed.alerts) {
    if (!(settings.get(alert.pipeline ?? '')?.alerts ?? true)) continue;
    const kind = alert.kind === 'drift' ? 'drift' : 'alert';
    const topic = outTopic(agent, alert.pipeline || 'agent', alert.device || 'agent', kind);
    messages.push(message(topic, alertJson(alert, results.get(alert.resultId ?? '')), 1));
  }
  return messages;
}

/** An alert as subscribers see it: the episode, its state, and the result that stands behind it. */
export function alertJson(
  alert: skerry.v1.IAlertRecord,
  result: Record<string, unknown> | undefined,
): Record<string, unknown> {
  return {
    episode: alert.episode,
    state: STATES[alert.state ?? 0] ?? 'open',
    kind: alert.kind,
    pipeline: alert.pipeline,
    device: alert.device,
    release: alert.release,
    output: alert.output,
    value: alert.value,
    threshold: alert.threshold,
    attribution: (alert.attribution ?? []).map(({ channel, share }) => ({ channel, share })),
    policy: alert.policy,
    message: alert.message,
    at: isoFromUs((alert.wallMs ?? 0) * 1_000),
    ...((alert.uncertaintyMs ?? 0) > 0 && { uncertaintyMs: alert.uncertaintyMs }),
    ...(result && { result }),
  };
}

/** The id under which a row is known everywhere. */
export function rowId(crypto: Crypto, agent: string, row: ResultRow): string {
  return resultId(crypto, { agent, ...row });
}

/** The agent's retained status; `offline` is also its last will at outside brokers. */
export function statusMessage(
  agent: string,
  status: 'online' | 'offline',
  more: Record<string, unknown> = {},
): OutMessage {
  return { ...message(`skerry/v1/${agent}/status`, { agent, status, ...more }, 1), retain: true };
}

function message(topic: string, body: Record<string, unknown>, qos: 0 | 1): OutMessage {
  return { topic, payload: utf8(JSON.stringify(body)), qos, retain: false };
}
