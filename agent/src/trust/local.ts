/** Releases from disk (`release: file:DIR`): `DIR/targets.json`, signed by the operator's key, beside the release. */
import type { Crypto } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { parseMetadata } from '@skerry/proto/tuf/metadata';
import { targetPath } from '@skerry/proto/tuf/repository';
import {
  ed25519Check,
  targetMatches,
  verifyFirstRoot,
  verifyNotExpired,
  verifySignatures,
} from '@skerry/proto/tuf/verify';

export interface LocalRelease {
  /** `trust.root` of agent.yaml, and the release's own `targets.json`, where they are there. */
  rootBytes: Uint8Array | undefined;
  targetsBytes: Uint8Array | undefined;
  name: string;
  version: string;
  /** The packed manifest of what lies on disk (pack.ts). */
  manifestBytes: Uint8Array;
  nowMs: number;
  /** `trust.allowUnsigned` of agent.yaml. */
  allowUnsigned: boolean;
  /** These very bytes have run on this device before: expiry then isn't asked again, so a restart offline works. */
  activatedBefore: boolean;
}

/**
 * Whether a release from disk may run. Throws SkerryError untrusted, saying why and what to do; says `unsigned` where
 * it was let through by `allowUnsigned` alone.
 */
export function verifyLocalRelease(crypto: Crypto, release: LocalRelease): 'signed' | 'unsigned' {
  if (release.allowUnsigned && !(release.rootBytes && release.targetsBytes)) return 'unsigned';
  const label = `${release.name}@${release.version}`;
  if (!release.rootBytes)
    throw new SkerryError('untrusted', `${label} comes from disk, and no root says who may sign it`, {
      hint: 'set trust: { root: root.json }, or trust: { allowUnsigned: true } in agent.yaml',
    });
  if (!release.targetsBytes)
    throw new SkerryError('untrusted', `${label} is not signed`, {
      hint: 'sign it with skerry-model sign, or set trust: { allowUnsigned: true } in agent.yaml',
    });
  const check = ed25519Check(crypto);
  const root = parseMetadata('root', release.rootBytes);
  verifyFirstRoot(check, root);
  const targets = parseMetadata('targets', release.targetsBytes);
  verifySignatures(check, root.signed, targets);
  if (!release.activatedBefore) {
    verifyNotExpired('root', root.signed, release.nowMs);
    verifyNotExpired('targets', targets.signed, release.nowMs);
  }
  const path = targetPath(release.name, release.version);
  const target = Object.hasOwn(targets.signed.targets, path) ? targets.signed.targets[path] : undefined;
  if (!target) throw new SkerryError('untrusted', `${label} is not among the signed targets`);
  if (!targetMatches(crypto, release.manifestBytes, target))
    throw new SkerryError('untrusted', `${label} on disk has other bytes than were signed`);
  return 'signed';
}
