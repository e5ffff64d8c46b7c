/**
 * Content-Digest (RFC 9530) of a message body: what travels without TLS, or through a proxy that ends it, may be hurt
 * and still decode; both ends of a sync say what they sent.
 */
import { toBase64 } from './bytes.ts';
import type { Crypto } from './crypto.ts';

/** The header's name. */
export const CONTENT_DIGEST = 'content-digest';

/** The header's value for a body: `sha-256=:…:`. */
export function contentDigest(crypto: Crypto, body: Uint8Array): string {
  return `sha-256=:${toBase64(crypto.sha256(body))}:`;
}

/** Whether a body is what its header says. A header that is absent, or has no SHA-256, says nothing against it. */
export function matchesDigest(crypto: Crypto, body: Uint8Array, header: string | null | undefined): boolean {
  const named = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/]+=*):/.exec(header ?? '')?.[1];
  return named === undefined || named === toBase64(crypto.sha256(body));
}
