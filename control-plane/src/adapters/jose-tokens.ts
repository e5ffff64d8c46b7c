/** Agents' tokens by `jose`: access tokens are HS256 JWTs, assertions private_key_jwt with EdDSA (RFC 7523, RFC 8037). */
import { toBase64Url } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decodeJwt, importJWK, jwtVerify, SignJWT } from 'jose';
import type { AgentTokens } from '../ports.ts';

/** How long an access token is good for. */
export const ACCESS_TOKEN_S = 15 * 60;
const MAX_ASSERTION_S = 60;
const CLOCK_TOLERANCE_S = 30;
const AUDIENCE = 'skerry-agent-api';

export const joseTokens: AgentTokens = {
  issue(key, subject, nowMs) {
    const issuedAt = Math.floor(nowMs / 1_000);
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setSubject(subject)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ACCESS_TOKEN_S)
      .sign(key);
  },

  async verify(key, token, nowMs) {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        audience: AUDIENCE,
        currentDate: new Date(nowMs),
        requiredClaims: ['sub', 'exp'],
      });
      return payload.sub!;
    } catch (cause) {
      throw new SkerryError('unauthorized', `the access token is refused: ${messageOf(cause)}`, { cause });
    }
  },

  subject(assertion) {
    try {
      const { iss, sub } = decodeJwt(assertion);
      if (sub && iss === sub) return sub;
    } catch (cause) {
      throw new SkerryError('unauthorized', 'the client assertion is no JWT', { cause });
    }
    throw new SkerryError('unauthorized', 'the client assertion names no agent as issuer and subject');
  },

  async verifyAssertion(publicKey, assertion, audiences, nowMs) {
    try {
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: toBase64Url(publicKey) }, 'EdDSA');
      const { payload } = await jwtVerify(assertion, key, {
        algorithms: ['EdDSA'],
        audience: [...audiences],
        currentDate: new Date(nowMs),
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
        maxTokenAge: MAX_ASSERTION_S,
      });
      if (payload.exp! - payload.iat! > MAX_ASSERTION_S)
        throw new SkerryError('unauthorized', `it is good for more than ${MAX_ASSERTION_S} s`);
      return { jti: payload.jti!, expiresMs: (payload.exp! + CLOCK_TOLERANCE_S) * 1_000 };
    } catch (cause) {
      throw new SkerryError('unauthorized', `the client assertion is refused: ${messageOf(cause)}`, {
        cause,
      });
    }
  },
};
