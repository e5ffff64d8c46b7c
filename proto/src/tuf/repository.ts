/**
 * The signing side of TUF, pure: the operator's command line makes root and targets, the control plane snapshot and
 * timestamp. Publishing a release = fetch targets, addTarget, signTargets, upload with If-Match; the server then
 * signs a snapshot of it and a timestamp.
 */
import { toHex } from '../bytes.ts';
import { type Crypto, DIGEST_PATTERN } from '../crypto.ts';
import { SkerryError } from '../errors.ts';
import { NAME_PATTERN } from '../ids.ts';
import { VERSION_PATTERN } from '../version.ts';
import { tufCanonicalBytes } from './canonical.ts';
import {
  type FileMeta,
  keyId,
  type Metadata,
  metadataBytes,
  type RootSigned,
  type SnapshotSigned,
  SPEC_VERSION,
  type TargetsSigned,
  type TimestampSigned,
  type TufKey,
  tufKey,
  tufTime,
} from './metadata.ts';

const DAY_MS = 86_400_000;
/** How long each role's metadata is good for. */
export const EXPIRY_MS = {
  root: 365 * DAY_MS,
  targets: 90 * DAY_MS,
  snapshot: 7 * DAY_MS,
  timestamp: DAY_MS,
} as const;

export interface RootOptions {
  /** Sign root and targets. */
  operatorKeys: readonly TufKey[];
  /** The server's; signs snapshot and timestamp. */
  onlineKey: TufKey;
  nowMs: number;
  /** 1 for the first; a rotation is the trusted version + 1, signed with the old keys and the new. */
  version?: number;
  /** How many operator keys must sign a root; 1 by default. */
  threshold?: number;
  /** How many must sign targets; as many as a root needs by default. */
  targetsThreshold?: number;
  lifetimeMs?: number;
}

/**
 * A root: operator keys over root and targets, the online key over snapshot and timestamp. Throws SkerryError invalid
 * where there are fewer keys than must sign, or the server's is among them.
 */
export function createRoot(crypto: Crypto, options: RootOptions): RootSigned {
  const threshold = options.threshold ?? 1;
  const targetsThreshold = options.targetsThreshold ?? threshold;
  const operators = [...new Set(options.operatorKeys.map((key) => keyId(crypto, key)))];
  const needed = Math.max(threshold, targetsThreshold);
  if (operators.length < needed)
    throw new SkerryError('invalid', `${operators.length} operator keys can't give ${needed} signatures`);
  const online = keyId(crypto, options.onlineKey);
  if (operators.includes(online))
    throw new SkerryError('invalid', "the server's key is also an operator's", {
      hint: 'a stolen server could then sign releases: use another key',
    });
  const keys = Object.fromEntries(
    [...options.operatorKeys, options.onlineKey].map((key) => [keyId(crypto, key), key]),
  );
  const byServer = { keyids: [online], threshold: 1 };
  return {
    _type: 'root',
    spec_version: SPEC_VERSION,
    version: options.version ?? 1,
    expires: tufTime(options.nowMs + (options.lifetimeMs ?? EXPIRY_MS.root)),
    consistent_snapshot: true,
    keys,
    roles: {
      root: { keyids: operators, threshold },
      targets: { keyids: operators, threshold: targetsThreshold },
      snapshot: byServer,
      timestamp: byServer,
    },
  };
}

/** Targets without a release; its version is 0, and signTargets publishes it as 1. */
export function emptyTargets(nowMs: number): TargetsSigned {
  return { _type: 'targets', spec_version: SPEC_VERSION, version: 0, expires: tufTime(nowMs), targets: {} };
}

export interface ReleaseTarget {
  /** `NAME/VERSION`. */
  path: string;
  /** The release digest, `sha256:…`. */
  digest: string;
  /** Bytes of the packed manifest. */
  lengthBytes: number;
}

/** The path of a release among the targets: `NAME/VERSION`. Throws SkerryError invalid. */
export function targetPath(name: string, version: string): string {
  // A target's path becomes part of URLs and folders: `.` and `..` would lead elsewhere.
  if (!NAME_PATTERN.test(name) || /^\.+$/.test(name) || !VERSION_PATTERN.test(version))
    throw new SkerryError('invalid', `"${name}@${version}" names no release`);
  return `${name}/${version}`;
}

/** Targets that also list a release. A version is immutable: other bytes under a listed path are a `conflict`. */
export function addTarget(targets: TargetsSigned, release: ReleaseTarget): TargetsSigned {
  const [name, version, ...rest] = release.path.split('/');
  if (rest.length > 0 || targetPath(name ?? '', version ?? '') !== release.path)
    throw new SkerryError('invalid', `"${release.path}" is no target path`, { hint: 'write NAME/VERSION' });
  if (!DIGEST_PATTERN.test(release.digest))
    throw new SkerryError('invalid', `"${release.digest}" is no digest`, { hint: 'write sha256:…' });
  const sha256 = release.digest.slice('sha256:'.length);
  const held = targets.targets[release.path];
  if (held && (held.hashes.sha256 !== sha256 || held.length !== release.lengthBytes))
    throw new SkerryError('conflict', `${release.path} is listed with other bytes`, {
      hint: 'a pushed version never changes: push a new version',
    });
  const meta = { length: release.lengthBytes, hashes: { sha256 } };
  return { ...targets, targets: { ...targets.targets, [release.path]: meta } };
}

/** Targets without a release (`yank`). Throws SkerryError not-found. */
export function removeTarget(targets: TargetsSigned, path: string): TargetsSigned {
  if (!Object.hasOwn(targets.targets, path))
    throw new SkerryError('not-found', `${path} is not among the targets`);
  const { [path]: _, ...rest } = targets.targets;
  return { ...targets, targets: rest };
}

/** The next version of targets, signed: version + 1 and a new expiry. Returns the file's bytes. */
export function signTargets(
  crypto: Crypto,
  targets: TargetsSigned,
  options: { nowMs: number; privateKeys: readonly Uint8Array[]; lifetimeMs?: number },
): Uint8Array {
  const next: TargetsSigned = {
    ...targets,
    version: targets.version + 1,
    expires: tufTime(options.nowMs + (options.lifetimeMs ?? EXPIRY_MS.targets)),
  };
  return signMetadata(crypto, next, options.privateKeys);
}

/** A snapshot of signed targets. `version` is the last one's + 1. */
export function createSnapshot(
  crypto: Crypto,
  options: {
    targetsBytes: Uint8Array;
    targetsVersion: number;
    version: number;
    nowMs: number;
    lifetimeMs?: number;
  },
): SnapshotSigned {
  return {
    _type: 'snapshot',
    spec_version: SPEC_VERSION,
    version: options.version,
    expires: tufTime(options.nowMs + (options.lifetimeMs ?? EXPIRY_MS.snapshot)),
    meta: { 'targets.json': fileMeta(crypto, options.targetsBytes, options.targetsVersion) },
  };
}

/** A timestamp of a signed snapshot. `version` is the last one's + 1. */
export function createTimestamp(
  crypto: Crypto,
  options: {
    snapshotBytes: Uint8Array;
    snapshotVersion: number;
    version: number;
    nowMs: number;
    lifetimeMs?: number;
  },
): TimestampSigned {
  return {
    _type: 'timestamp',
    spec_version: SPEC_VERSION,
    version: options.version,
    expires: tufTime(options.nowMs + (options.lifetimeMs ?? EXPIRY_MS.timestamp)),
    meta: { 'snapshot.json': fileMeta(crypto, options.snapshotBytes, options.snapshotVersion) },
  };
}

/** Signs metadata with Ed25519 seeds, each once, and returns the file's bytes. */
export function signMetadata(
  crypto: Crypto,
  signed: RootSigned | TargetsSigned | SnapshotSigned | TimestampSigned,
  privateKeys: readonly Uint8Array[],
): Uint8Array {
  const message = tufCanonicalBytes(signed);
  const signatures = new Map<string, string>();
  for (const privateKey of privateKeys) {
    const keyid = keyId(crypto, tufKey(crypto.publicKey(privateKey)));
    // Other clients refuse a file that one key has signed twice.
    if (!signatures.has(keyid)) signatures.set(keyid, toHex(crypto.sign(privateKey, message)));
  }
  return metadataBytes(
    signed,
    [...signatures].map(([keyid, sig]) => ({ keyid, sig })),
  );
}

/**
 * Signed metadata with further signatures: how several holders sign the same bytes one after another. A key that has
 * signed already isn't added again.
 */
export function addSignatures(
  crypto: Crypto,
  metadata: Metadata,
  privateKeys: readonly Uint8Array[],
): Uint8Array {
  const signatures = [...metadata.signatures];
  for (const privateKey of privateKeys) {
    const keyid = keyId(crypto, tufKey(crypto.publicKey(privateKey)));
    if (signatures.some((held) => held.keyid === keyid)) continue;
    signatures.push({ keyid, sig: toHex(crypto.sign(privateKey, metadata.signedBytes)) });
  }
  return metadataBytes(metadata.signed, signatures);
}

function fileMeta(crypto: Crypto, bytes: Uint8Array, version: number): FileMeta {
  return { version, length: bytes.length, hashes: { sha256: toHex(crypto.sha256(bytes)) } };
}
