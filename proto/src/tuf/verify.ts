/**
 * TUF's rules (specification 1.0.31, section 5) as pure functions: each takes what is trusted and what is offered,
 * and throws SkerryError `untrusted`, naming role and reason, or returns. Time is an argument: the client fixes it
 * once per refresh (5.1). Nothing here fetches or stores.
 */
import { fromHex, toHex } from '../bytes.ts';
import type { Crypto } from '../crypto.ts';
import {
  expiresMs,
  type FileMeta,
  type Metadata,
  parseMetadata,
  type RoleKeys,
  type RoleName,
  type RootSigned,
  refusal,
  type SnapshotSigned,
  type TargetMeta,
  type TimestampSigned,
  type TufKey,
} from './metadata.ts';

/** Whether a signature by this key over these bytes holds; false, never a throw, on anything malformed. */
export type SignatureCheck = (key: TufKey, message: Uint8Array, signature: Uint8Array) => boolean;

/** The signatures that Skerry makes and takes: Ed25519 (RFC 8032). */
export function ed25519Check(crypto: Crypto): SignatureCheck {
  return (key, message, signature) =>
    key.keytype === 'ed25519' &&
    key.scheme === 'ed25519' &&
    /^[0-9a-fA-F]{64}$/.test(key.keyval.public) &&
    crypto.verify(fromHex(key.keyval.public), message, signature);
}

/**
 * How many of the role's own keys have signed. A public key counts once, under however many ids it is listed, and
 * however many signatures bear its name.
 */
export function countSignatures(
  check: SignatureCheck,
  authority: Pick<RootSigned, 'keys' | 'roles'>,
  metadata: Metadata,
): { good: number; threshold: number } {
  const { keyids, threshold }: RoleKeys = authority.roles[metadata.role];
  const good = new Set<string>();
  for (const { keyid, sig } of metadata.signatures) {
    const key = Object.hasOwn(authority.keys, keyid) ? authority.keys[keyid] : undefined;
    if (!key || !keyids.includes(keyid)) continue;
    // Hexadecimal is read in either case, so the same key may be written in two.
    const publicKey = key.keyval.public.toLowerCase();
    if (!good.has(publicKey) && check(key, metadata.signedBytes, fromHex(sig))) good.add(publicKey);
  }
  return { good: good.size, threshold };
}

/** As many of the role's own keys have signed as its threshold asks for. Throws `signatures`. */
export function verifySignatures(
  check: SignatureCheck,
  authority: Pick<RootSigned, 'keys' | 'roles'>,
  metadata: Metadata,
): void {
  const { good, threshold } = countSignatures(check, authority, metadata);
  if (good < threshold)
    throw refusal(
      metadata.role,
      'signatures',
      `${good} of the ${threshold} signatures that the ${metadata.role} keys must give`,
    );
}

/** The first root is signed by its own keys (5.2). */
export function verifyFirstRoot(check: SignatureCheck, root: Metadata<'root'>): void {
  verifySignatures(check, root.signed, root);
}

/** A new root is the next version, signed by the keys of the trusted one and by its own (5.3.4, 5.3.5). */
export function verifyNextRoot(check: SignatureCheck, trusted: RootSigned, next: Metadata<'root'>): void {
  verifySignatures(check, trusted, next);
  verifySignatures(check, next.signed, next);
  if (next.signed.version <= trusted.version)
    throw refusal('root', 'rollback', `version ${next.signed.version} offered, ${trusted.version} trusted`);
  if (next.signed.version !== trusted.version + 1)
    throw refusal(
      'root',
      'version',
      `version ${next.signed.version} offered, ${trusted.version + 1} is next`,
    );
}

/** Not past its time (5.3.10, 5.4.4, 5.5.6, 5.6.5). Throws `expired`. */
export function verifyNotExpired(role: RoleName, signed: { expires: string }, nowMs: number): void {
  if (expiresMs(signed) <= nowMs) throw refusal(role, 'expired', `it was good until ${signed.expires}`);
}

/** A timestamp neither older itself than the trusted one nor naming an older snapshot (5.4.2, 5.4.3). */
export function verifyTimestamp(
  check: SignatureCheck,
  root: RootSigned,
  trusted: TimestampSigned | undefined,
  offered: Metadata<'timestamp'>,
): void {
  verifySignatures(check, root, offered);
  if (!trusted) return;
  noRollback('timestamp', offered.signed.version, trusted.version);
  const [held, named] = [trusted.meta['snapshot.json'].version, offered.signed.meta['snapshot.json'].version];
  if (named < held)
    throw refusal('timestamp', 'rollback', `it names snapshot ${named}, and ${held} was named before`);
}

/**
 * Reads the very snapshot that the timestamp names, listing no role in an older version (5.5.2 to 5.5.5). Length and
 * hash are asked before anything is parsed.
 */
export function verifySnapshot(
  crypto: Crypto,
  check: SignatureCheck,
  root: RootSigned,
  named: FileMeta,
  trusted: SnapshotSigned | undefined,
  bytes: Uint8Array,
): Metadata<'snapshot'> {
  verifyNamed(crypto, 'snapshot', bytes, named);
  const offered = parseMetadata('snapshot', bytes);
  verifySignatures(check, root, offered);
  verifyVersionNamed(offered, named);
  for (const [file, held] of Object.entries(trusted?.meta ?? {})) {
    const now = Object.hasOwn(offered.signed.meta, file) ? offered.signed.meta[file] : undefined;
    if (!now) throw refusal('snapshot', 'rollback', `${file} is gone from it`);
    if (now.version < held.version)
      throw refusal(
        'snapshot',
        'rollback',
        `it lists ${file} ${now.version}, and ${held.version} is trusted`,
      );
  }
  return offered;
}

/** Reads the very targets that the snapshot names (5.6.2 to 5.6.4). */
export function verifyTargets(
  crypto: Crypto,
  check: SignatureCheck,
  root: RootSigned,
  named: FileMeta,
  bytes: Uint8Array,
): Metadata<'targets'> {
  verifyNamed(crypto, 'targets', bytes, named);
  const offered = parseMetadata('targets', bytes);
  verifySignatures(check, root, offered);
  verifyVersionNamed(offered, named);
  return offered;
}

/** A target's length and SHA-256 are those of the bytes. Length is asked first: cheap, and it bounds the rest. */
export function targetMatches(crypto: Crypto, bytes: Uint8Array, target: TargetMeta): boolean {
  return (
    bytes.length === target.length && target.hashes.sha256?.toLowerCase() === toHex(crypto.sha256(bytes))
  );
}

function noRollback(role: RoleName, offered: number, trusted: number): void {
  if (offered < trusted) throw refusal(role, 'rollback', `version ${offered} offered, ${trusted} trusted`);
}

function verifyNamed(crypto: Crypto, role: RoleName, bytes: Uint8Array, named: FileMeta): void {
  if (named.length !== undefined && bytes.length !== named.length)
    throw refusal(role, 'mismatch', `${bytes.length} bytes, ${named.length} are named`);
  const sha256 = named.hashes?.sha256?.toLowerCase();
  if (sha256 !== undefined && sha256 !== toHex(crypto.sha256(bytes)))
    throw refusal(role, 'mismatch', 'its SHA-256 is not the one that is named');
}

function verifyVersionNamed(offered: Metadata, named: FileMeta): void {
  if (offered.signed.version !== named.version)
    throw refusal(
      offered.role,
      'mismatch',
      `version ${offered.signed.version}, and ${named.version} is named`,
    );
}
