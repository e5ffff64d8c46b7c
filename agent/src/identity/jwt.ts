import { toBase64Url, utf8 } from '@skerry/proto/bytes';
import type { Crypto } from '@skerry/proto/crypto';

/** How long an assertion is good for; the server takes at most 60 s. */
export const ASSERTION_LIFETIME_S = 55;

/** What a client assertion says (RFC 7523, section 3). */
export interface AssertionClaims {
  agentId: string;
  /** The token endpoint. */
  audience: string;
  /** Unique, so that the server can refuse a replay. */
  id: string;
  /** Milliseconds since the Unix epoch, as near to the server's clock as is known. */
  nowMs: number;
}

/**
 * A signed client assertion for private_key_jwt: JWS compact serialization (RFC 7515) with EdDSA (RFC 8037), made by
 * the synchronous Crypto port so that it also runs in the simulation.
 */
export function signAssertion(crypto: Crypto, privateKey: Uint8Array, claims: AssertionClaims): string {
  const issuedAt = Math.floor(claims.nowMs / 1000);
  const header = { alg: 'EdDSA', typ: 'JWT' };
  const payload = {
    iss: claims.agentId,
    sub: claims.agentId,
    aud: claims.audience,
    jti: claims.id,
    iat: issuedAt,
    exp: issuedAt + ASSERTION_LIFETIME_S,
  };
  const input = [header, payload].map((part) => toBase64Url(utf8(JSON.stringify(part)))).join('.');
  return `${input}.${toBase64Url(crypto.sign(privateKey, utf8(input)))}`;
}
