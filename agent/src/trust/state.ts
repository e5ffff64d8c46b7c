/**
 * Trusted metadata as it lies in the store, under `t/`:
 *
 *   t/pin        the digest of the first root, as the enrolment token gave it
 *   t/root       t/timestamp   t/snapshot   t/targets      files as they were received, each verified before
 *   t/time       last trusted time, decimal milliseconds: the latest instant at which a refresh held
 *
 * Each is replaced only by what has been verified, in a synced batch. What no longer reads or verifies counts as not
 * there: a new root may have retired its keys (TUF specification 5.3.11).
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { type Metadata, parseMetadata, type RoleName } from '@skerry/proto/tuf/metadata';
import { type SignatureCheck, verifySignatures } from '@skerry/proto/tuf/verify';
import type { Log, Store, StoreOp } from '../ports.ts';

const LOWER_ROLES = ['timestamp', 'snapshot', 'targets'] as const;

/** What is trusted now. A role is absent until its metadata has been verified once. */
export type TrustedSet = { [R in RoleName]?: Metadata<R> };

/** Reads the trusted root; undefined where there is none yet, it is damaged, or another first root is asked for. */
export async function loadRoot(
  store: Store,
  check: SignatureCheck,
  pin: string,
  log: Log,
): Promise<Metadata<'root'> | undefined> {
  const held = await store.get('t/pin');
  if (!held || fromUtf8(held) !== pin) return undefined;
  const bytes = await store.get('t/root');
  if (!bytes) return undefined;
  return readable(log, () => {
    const root = parseMetadata('root', bytes);
    verifySignatures(check, root.signed, root);
    return root;
  });
}

/** Reads the roles below the root that verify under it. */
export async function loadRoles(
  store: Store,
  check: SignatureCheck,
  root: Metadata<'root'>,
  log: Log,
): Promise<TrustedSet> {
  const set: TrustedSet = { root };
  for (const role of LOWER_ROLES) {
    const bytes = await store.get(`t/${role}`);
    if (!bytes) continue;
    const metadata = readable(log, () => {
      const read = parseMetadata<RoleName>(role, bytes);
      verifySignatures(check, root.signed, read);
      return read;
    });
    if (metadata) Object.assign(set, { [role]: metadata });
  }
  return set;
}

/** The batch that makes a first root trusted; whatever hung on another first root goes. */
export function firstRootOps(pin: string, root: Metadata<'root'>, samePin: boolean): StoreOp[] {
  const ops: StoreOp[] = [{ type: 'put', key: 't/pin', value: utf8(pin) }, metadataOp(root)];
  if (!samePin) for (const name of [...LOWER_ROLES, 'time']) ops.push({ type: 'del', key: `t/${name}` });
  return ops;
}

/** The write that makes verified metadata the trusted one. */
export function metadataOp(metadata: Metadata): StoreOp {
  return { type: 'put', key: `t/${metadata.role}`, value: metadata.bytes };
}

/** Last trusted time in milliseconds; 0 where no refresh has held yet. */
export async function loadTrustedTime(store: Store): Promise<number> {
  const bytes = await store.get('t/time');
  const timeMs = bytes ? Number(fromUtf8(bytes)) : 0;
  return Number.isFinite(timeMs) ? timeMs : 0;
}

/** The write that moves last trusted time. */
export function trustedTimeOp(timeMs: number): StoreOp {
  return { type: 'put', key: 't/time', value: utf8(String(timeMs)) };
}

function readable<T>(log: Log, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SkerryError) || error.code !== 'untrusted') throw error;
    log('warn', 'trust', `stored metadata is set aside: ${error.message}`);
    return undefined;
  }
}
