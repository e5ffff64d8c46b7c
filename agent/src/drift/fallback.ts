/** A policy's `onAlert: [fallback]`: back to the previous release where the one that serves drifts. */
import { messageOf } from '@skerry/proto/errors';
import type { EffectivePolicy } from '@skerry/proto/policy';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { Log } from '../ports.ts';
import type { Releases } from '../release/releases.ts';

export interface FallbackOptions {
  releases: Pick<Releases, 'status' | 'revert'>;
  log: Log;
  /** Something is worth telling the control plane. */
  notify: () => void;
}

/** Does what the policy asks for at these alerts, beside the work, which goes on meanwhile. */
export function fallBack(
  { releases, log, notify }: FallbackOptions,
  pipeline: string,
  onAlert: EffectivePolicy['onAlert'],
  alerts: readonly skerry.v1.IAlertRecord[],
): void {
  const { active, previous } = releases.status(pipeline);
  const reason = fallbackReason(onAlert, alerts, active?.digest);
  if (reason === undefined) return;
  if (!previous || previous.digest === active?.digest) {
    log('warn', 'drift', `there is no previous release to fall back to: ${reason}`, { pipeline });
    return;
  }
  releases
    .revert(pipeline, reason)
    .catch((error: unknown) =>
      log('error', 'drift', `falling back failed: ${messageOf(error)}`, { pipeline }),
    )
    .finally(notify);
}

// A drift episode of the release that serves has opened; that of any other release is no reason any more.
function fallbackReason(
  onAlert: EffectivePolicy['onAlert'],
  alerts: readonly skerry.v1.IAlertRecord[],
  servingDigest: string | undefined,
): string | undefined {
  if (!onAlert.includes('fallback')) return undefined;
  const opened = alerts.find(
    ({ kind, state, releaseDigest }) =>
      kind === 'drift' && state === v1.EpisodeState.EPISODE_STATE_OPEN && releaseDigest === servingDigest,
  );
  return opened && `policy ${opened.policy}: ${opened.message}`;
}
