import type { EffectivePolicy } from '@skerry/proto/policy';
import { type skerry, v1 } from '@skerry/proto/wire';

/**
 * Why the pipeline is to go back to its previous release, by a policy's `onAlert: [fallback]`: a drift episode of the
 * release that serves has opened. Drift of any other release is no reason any more.
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
