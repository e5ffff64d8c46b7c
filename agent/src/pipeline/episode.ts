/**
 * Alert episodes: `open` at the window that completes `sustain` in a row past the threshold, `update` at most once a
 * minute of event time while it lasts, `cleared` after as many in a row below. The episode's id is base32 of the first
 * 16 bytes of SHA-256 over the opening result's id, so that the same stream always opens the same episode.
 */
import { toBase32, utf8 } from '@skerry/proto/bytes';
import { resultId } from '@skerry/proto/ids';
import type { ResultRow } from '@skerry/proto/results';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { Crypto } from '../ports.ts';
import type { Decisions } from './device.ts';

const UPDATE_US = 60e6;

/** A judged output's value against its threshold. */
export interface Crossing {
  output: string;
  value: number;
  threshold: number;
  sustain: number;
}

/**
 * What a decided result means for the device's episode; `state` is updated. `crossed` is the output that the alert is
 * about, `crossings` all judged ones.
 */
export function episodeEvent(
  judge: { agent: string; crypto: Crypto },
  state: Decisions,
  row: ResultRow,
  crossed: Crossing | undefined,
  crossings: readonly (Crossing | undefined)[],
): skerry.v1.IAlertRecord | undefined {
  const { episode } = state;
  if (row.decision === 'alert' && crossed) {
    if (!episode) {
      const id = toBase32(judge.crypto.sha256(utf8(idOf(judge, row))).subarray(0, 16));
      state.episode = { id, output: crossed.output, updatedUs: row.toUs, below: 0 };
      return record(judge, row, id, v1.EpisodeState.EPISODE_STATE_OPEN, crossed);
    }
    episode.below = 0;
    if (row.toUs - episode.updatedUs < UPDATE_US) return undefined;
    episode.updatedUs = row.toUs;
    return record(judge, row, episode.id, v1.EpisodeState.EPISODE_STATE_UPDATE, crossed);
  }
  if (!episode) return undefined;
  if (row.decision !== 'normal') {
    episode.below = 0;
    return undefined;
  }
  episode.below++;
  const opener = crossings.find((crossing) => crossing?.output === episode.output);
  if (episode.below < (opener?.sustain ?? 1)) return undefined;
  state.episode = undefined;
  const last = opener ?? { output: episode.output, value: Number.NaN, threshold: Number.NaN, sustain: 1 };
  return record(judge, row, episode.id, v1.EpisodeState.EPISODE_STATE_CLEARED, last);
}

function record(
  judge: { agent: string; crypto: Crypto },
  row: ResultRow,
  episode: string,
  state: skerry.v1.EpisodeState,
  crossing: Crossing,
): skerry.v1.IAlertRecord {
  const { output, value, threshold } = crossing;
  return {
    episode,
    state,
    kind: 'anomaly',
    resultId: idOf(judge, row),
    pipeline: row.pipeline,
    device: row.device,
    release: row.release,
    releaseDigest: row.releaseDigest,
    fromUs: row.fromUs,
    toUs: row.toUs,
    output,
    value,
    threshold,
    attribution: row.attribution,
    policy: row.policy,
    message: plainLine(row, state, crossing),
    wallMs: row.producedMs,
  };
}

function plainLine(row: ResultRow, state: skerry.v1.EpisodeState, crossing: Crossing): string {
  const { output, value, threshold, sustain } = crossing;
  const [what, limit] = [`${output} ${short(value)}`, short(threshold)];
  if (state === v1.EpisodeState.EPISODE_STATE_CLEARED)
    return `${row.device}: ${what}, no longer above ${limit} for ${windows(sustain)}`;
  const top = row.attribution[0];
  const why = top ? `; ${top.channel} ${Math.round(100 * top.share)}%` : '';
  return `${row.device}: ${what} above ${limit} for ${windows(sustain)}${why}`;
}

function windows(count: number): string {
  return count === 1 ? 'one window' : `${count} windows in a row`;
}

function short(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

function idOf(judge: { agent: string; crypto: Crypto }, row: ResultRow): string {
  return resultId(judge.crypto, { agent: judge.agent, ...row });
}
