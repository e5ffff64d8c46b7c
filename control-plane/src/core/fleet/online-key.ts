/**
 * This server's own key: made with the database, it signs snapshot and timestamp and acknowledgements by hand, and can
 * name no release. After a theft the operator has a new one made; a root that names it puts it into force.
 */
import { sealPart } from '@skerry/proto/bundle';
import { SkerryError } from '@skerry/proto/errors';
import { keyId, type RootSigned, type TufKey, tufKey } from '@skerry/proto/tuf/metadata';
import { decode, v1 } from '@skerry/proto/wire';
import { readMeta, writeMeta } from '../migrate.ts';
import { appendAudit } from './audit.ts';
import type { FleetContext } from './context.ts';

/** The public half of the key that signs snapshot and timestamp: the operator's root names it. */
export function onlineKey(context: FleetContext): { keyid: string; key: TufKey } {
  return publicHalf(context, onlinePrivateKey(context));
}

/**
 * Makes the key that is to follow the present one, which may be stolen, or gives the one that was made before. It signs
 * nothing until a root that names it has arrived.
 */
export function nextOnlineKey(context: FleetContext, by: string): { keyid: string; key: TufKey } {
  const held = nextPrivateKey(context);
  if (held) return publicHalf(context, held);
  const made = context.random.bytes(32);
  writeMeta(context.sql, 'nextOnlineKey', made);
  const next = publicHalf(context, made);
  appendAudit(context, by, 'tuf.online-key', next.keyid, {});
  return next;
}

/** Signs an acknowledgement that goes back by hand: the root that agents trust names this key. */
export function signAcknowledgement(context: FleetContext, part: Uint8Array): Uint8Array {
  const key = onlinePrivateKey(context);
  return sealPart('acknowledgement', decode(v1.BundlePart, part), (message) =>
    context.crypto.sign(key, message),
  );
}

/**
 * Makes the key that a new root names the one in force: the present one, or the one that was made to follow it. Throws
 * SkerryError invalid where the root names neither.
 */
export function followRoot(context: FleetContext, root: RootSigned): void {
  const next = nextPrivateKey(context);
  if (next && letsSign(root, publicHalf(context, next).keyid)) {
    writeMeta(context.sql, 'onlineKey', next);
    context.sql.run("DELETE FROM meta WHERE key = 'nextOnlineKey'");
    return;
  }
  const { keyid } = onlineKey(context);
  if (!letsSign(root, keyid))
    throw new SkerryError('invalid', "the root doesn't let this server sign snapshot and timestamp", {
      hint: `name key ${keyid} (GET /api/v1/tuf/online-key) for both, with threshold 1`,
    });
}

/** The private half, which never leaves the server. */
export function onlinePrivateKey(context: FleetContext): Uint8Array {
  return readMeta(context.sql, 'onlineKey') as Uint8Array;
}

function nextPrivateKey(context: FleetContext): Uint8Array | undefined {
  return readMeta(context.sql, 'nextOnlineKey') as Uint8Array | undefined;
}

function publicHalf({ crypto }: FleetContext, privateKey: Uint8Array): { keyid: string; key: TufKey } {
  const key = tufKey(crypto.publicKey(privateKey));
  return { keyid: keyId(crypto, key), key };
}

function letsSign(root: RootSigned, keyid: string): boolean {
  return (['snapshot', 'timestamp'] as const).every(
    (role) => root.roles[role].keyids.includes(keyid) && root.roles[role].threshold === 1,
  );
}
