/** Whose signatures carried files have: the device's own on the way out, the control plane's on the way back. */
import { fromHex } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { parseMetadata } from '@skerry/proto/tuf/metadata';
import type { Crypto, Store } from '../ports.ts';

/**
 * Signs with the device key. Throws SkerryError precondition where this agent never enrolled: then no control plane
 * knows whose the results are.
 */
export async function deviceSigner(
  store: Store,
  crypto: Crypto,
): Promise<(message: Uint8Array) => Uint8Array> {
  const [key, enrolment] = [await store.get('i/key'), await store.get('i/enrolment')];
  if (!key || !enrolment)
    throw new SkerryError(
      'precondition',
      'this agent never enrolled, so no control plane would know whose results these are',
      {
        hint: 'let it enrol once over a network: skerry-agent enroll -c agent.yaml --token …',
      },
    );
  return (message) => crypto.sign(key, message);
}

/**
 * Verifies by the control plane's online key, as the trusted root names it. Undefined where this agent has no root yet:
 * it has never fetched a release, and takes a control plane at its word as it does when enrolling without a token.
 */
export async function controlPlaneVerifier(
  store: Store,
  crypto: Crypto,
): Promise<((message: Uint8Array, signature: Uint8Array) => boolean) | undefined> {
  const bytes = await store.get('t/root');
  if (!bytes) return undefined;
  const { roles, keys } = parseMetadata('root', bytes).signed;
  const publicKeys = roles.timestamp.keyids.flatMap((id) => {
    const key = keys[id];
    return key?.keytype === 'ed25519' ? [fromHex(key.keyval.public)] : [];
  });
  return (message, signature) => publicKeys.some((key) => crypto.verify(key, message, signature));
}
