/**
 * The four roles of The Update Framework (TUF specification 1.0.31 and later, section 4) as Skerry uses them:
 *
 *   root       who may sign what            operator's key    `N.root.json`
 *   targets    the releases that may run    operator's key    `N.targets.json`
 *   snapshot   which targets are current    server's key      `N.snapshot.json`
 *   timestamp  which snapshot is current    server's key      `timestamp.json`
 *
 * A target is a release: path `NAME/VERSION`, length and SHA-256 of its packed manifest (pack.ts), which covers every
 * file. Example, signed part of targets:
 *
 *   {"_type":"targets","spec_version":"1.0.31","version":7,"expires":"2027-02-18T09:00:00Z","targets":
 *    {"press-vibration/1.2.0":{"length":1234,"hashes":{"sha256":"9f86d0…"}}}}
 *
 * Signatures are over the canonical form of `signed` as it was received, unknown members included. Delegations are
 * not used: a delegated role is ignored, so it can permit nothing.
 */
import { z } from 'zod';
import { fromUtf8, toHex } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import type { Crypto } from '../crypto.ts';
import { messageOf, SkerryError } from '../errors.ts';
import { tufCanonicalBytes } from './canonical.ts';

export const SPEC_VERSION = '1.0.31';
export const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type RoleName = (typeof ROLES)[number];

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/i, 'expected hexadecimal');
const version = z.int().min(1);
const count = z.int().min(0);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected YYYY-MM-DDTHH:MM:SSZ');
const common = {
  spec_version: z.string().regex(/^1\.\d+(\.\d+)?$/, 'expected specification version 1'),
  version,
  expires: time,
};
const hashes = z.looseObject({ sha256: hex.length(64).optional() });

const key = z.looseObject({
  keytype: z.string(),
  scheme: z.string(),
  keyval: z.looseObject({ public: z.string() }),
});
const role = z.looseObject({ keyids: z.array(z.string()).max(1_000), threshold: z.int().min(1) });
const fileMeta = z.looseObject({ version, length: count.optional(), hashes: hashes.optional() });
const target = z.looseObject({ length: count, hashes });

const rootSigned = z.looseObject({
  _type: z.literal('root'),
  ...common,
  consistent_snapshot: z.boolean().optional(),
  keys: z.record(z.string(), key),
  roles: z.looseObject({ root: role, timestamp: role, snapshot: role, targets: role }),
});
const timestampSigned = z.looseObject({
  _type: z.literal('timestamp'),
  ...common,
  meta: z.looseObject({ 'snapshot.json': fileMeta }),
});
const snapshotSigned = z.looseObject({
  _type: z.literal('snapshot'),
  ...common,
  meta: z.record(z.string(), fileMeta),
});
const targetsSigned = z.looseObject({
  _type: z.literal('targets'),
  ...common,
  targets: z.record(z.string(), target),
});

const SCHEMAS = {
  root: rootSigned,
  timestamp: timestampSigned,
  snapshot: snapshotSigned,
  targets: targetsSigned,
} as const;

const envelope = z.looseObject({
  signed: z.looseObject({}),
  signatures: z.array(z.looseObject({ keyid: z.string(), sig: hex })).max(1_000),
});

/** A public key: for `ed25519`, `keyval.public` is 64 hexadecimal digits. */
export type TufKey = z.output<typeof key>;
export type RoleKeys = z.output<typeof role>;
export type FileMeta = z.output<typeof fileMeta>;
export type TargetMeta = z.output<typeof target>;
export type RootSigned = z.output<typeof rootSigned>;
export type TimestampSigned = z.output<typeof timestampSigned>;
export type SnapshotSigned = z.output<typeof snapshotSigned>;
export type TargetsSigned = z.output<typeof targetsSigned>;
export type SignedOf<R extends RoleName> = z.output<(typeof SCHEMAS)[R]>;

export interface Signature {
  keyid: string;
  /** Hexadecimal. */
  sig: string;
}

/** Metadata as read from bytes: nothing in it is trusted before verify.ts has said so. */
export interface Metadata<R extends RoleName = RoleName> {
  role: R;
  signed: SignedOf<R>;
  signatures: readonly Signature[];
  /** What the signatures are over. */
  signedBytes: Uint8Array;
  /** The file as it was received. */
  bytes: Uint8Array;
}

/** A refusal of metadata by name: `targets metadata refused (rollback): …`. */
export type RefusalReason =
  | 'malformed'
  | 'signatures' // fewer good signatures by the role's keys than its threshold
  | 'rollback' // older than what is trusted
  | 'version' // not the version that was due
  | 'expired'
  | 'mismatch' // not the file that the role above it names
  | 'too-long';

/** A refusal, by role and reason. */
export class MetadataRefused extends SkerryError {
  readonly role: RoleName;
  readonly reason: RefusalReason;

  constructor(role: RoleName, reason: RefusalReason, detail: string) {
    super('untrusted', `${role} metadata refused (${reason}): ${detail}`);
    this.role = role;
    this.reason = reason;
  }
}

/** The error of a refusal: SkerryError `untrusted`, naming role and reason. */
export function refusal(role: RoleName, reason: RefusalReason, detail: string): MetadataRefused {
  return new MetadataRefused(role, reason, detail);
}

/** Reads a role's metadata. Throws SkerryError untrusted (`malformed`) on bytes that are no such metadata. */
export function parseMetadata<R extends RoleName>(role: R, bytes: Uint8Array): Metadata<R> {
  try {
    const outer = envelope.parse(JSON.parse(fromUtf8(bytes)));
    const signed = SCHEMAS[role].parse(outer.signed) as SignedOf<R>;
    if (!Number.isFinite(Date.parse(signed.expires))) throw new TypeError(`no such time: ${signed.expires}`);
    const signatures = outer.signatures.map(({ keyid, sig }) => ({ keyid, sig }));
    return { role, signed, signatures, signedBytes: tufCanonicalBytes(outer.signed), bytes };
  } catch (error) {
    const detail = error instanceof z.ZodError ? firstIssue(error) : messageOf(error);
    throw refusal(role, 'malformed', detail);
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** The file of signed metadata. */
export function metadataBytes(signed: object, signatures: readonly Signature[]): Uint8Array {
  return canonicalBytes({ signed, signatures });
}

/** An Ed25519 public key in TUF's form. */
export function tufKey(publicKey: Uint8Array): TufKey {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: toHex(publicKey) } };
}

/** A key's id: hexadecimal SHA-256 of its canonical form (TUF specification 4.2). */
export function keyId(crypto: Crypto, key: TufKey): string {
  return toHex(crypto.sha256(tufCanonicalBytes(key)));
}

/** When metadata expires, in milliseconds since the Unix epoch. */
export function expiresMs(signed: { expires: string }): number {
  return Date.parse(signed.expires);
}

/** A time as TUF writes it: UTC, whole seconds, rounded down. */
export function tufTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
