import { parseEnrolmentToken } from '../identity/enrolment-token.ts';
import type { TrustOptions } from './client.ts';

/**
 * Where trust begins: the root that the agent enrolled under, or the one that its token names, or the file of
 * `trust.root`; undefined where the operator has handed over none.
 */
export function trustAnchor(known: {
  enrolledDigest: string | undefined;
  enrollToken: string | undefined;
  rootBytes: Uint8Array | undefined;
}): TrustOptions['anchor'] | undefined {
  const { enrollToken, rootBytes } = known;
  const rootDigest =
    known.enrolledDigest ??
    (enrollToken === undefined ? undefined : parseEnrolmentToken(enrollToken).rootDigest);
  return rootDigest === undefined ? rootBytes && { rootBytes } : { rootDigest };
}
