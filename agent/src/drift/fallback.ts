/** A policy's `onAlert: [fallback]`: back to the previous release where the one that serves drifts. */
import type { EffectivePolicy } from '@skerry/proto/policy';
import { type skerry, v1 } from '@skerry/proto/wire';

/**
 * Why a policy asks to go back: a drift episode of the release that serves has opened; that of any other release is no
 * reason any more. Undefined where it doesn't ask.
 */
export function fallbackReason(
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
