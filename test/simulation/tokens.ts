/** The control plane's AgentTokens in one synchronous piece: `jose` waits for WebCrypto's own threads. Same claims, same rules. */
import { createHmac } from 'node:crypto';
import type { AgentTokens } from '@skerry/control-plane/ports';
import { fromBase64, fromUtf8, sameBytes, toBase64Url, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';

const LIFETIME_S = 15 * 60;
const TOLERANCE_S = 30;
const MAX_ASSERTION_S = 60;

interface Claims {
  iss: string;
  sub: string;
  aud: string;
  jti: string;
  iat: number;
  exp: number;
}

/** Tokens as the agents' protocol wants them. */
export const simulatedTokens: AgentTokens = {
  async issue(key, agent, nowMs) {
    const claims = toBase64Url(
      utf8(JSON.stringify({ sub: agent, exp: Math.floor(nowMs / 1000) + LIFETIME_S })),
    );
    return `${claims}.${toBase64Url(mac(key, claims))}`;
  },
  async verify(key, token, nowMs) {
    const [claims = '', signature = ''] = token.split('.');
    const { sub, exp } = parse(claims) as Partial<Claims>;
    if (!sameBytes(fromBase64(signature), mac(key, claims))) throw refused('its signature is wrong');
    if (sub === undefined || exp === undefined || exp * 1000 <= nowMs) throw refused('it has expired');
    return sub;
  },
  subject: (assertion) => claimsOf(assertion).sub,
  async verifyAssertion(publicKey, assertion, audiences, nowMs) {
    const [header = '', payload = '', signature = ''] = assertion.split('.');
    if (!nodeCrypto.verify(publicKey, utf8(`${header}.${payload}`), fromBase64(signature)))
      throw refused('its signature is wrong');
    const { aud, exp, iat, jti } = claimsOf(assertion);
    const nowS = nowMs / 1000;
    if (!audiences.includes(aud)) throw refused(`it is meant for ${aud}`);
    if (exp + TOLERANCE_S <= nowS || iat - TOLERANCE_S > nowS || exp - iat > MAX_ASSERTION_S)
      throw refused('it is not good at this time');
    return { jti, expiresMs: (exp + TOLERANCE_S) * 1000 };
  },
};

function claimsOf(assertion: string): Claims {
  return parse(assertion.split('.')[1] ?? '') as Claims;
}

function parse(part: string): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64(part)));
  } catch (cause) {
    throw new SkerryError('unauthorized', 'the token is no token', { cause });
  }
}

/** Every exchange shows the same token again. */
const MACS = new Map<string, Uint8Array>();
const MAX_MACS = 1_000;

function mac(key: Uint8Array, text: string): Uint8Array {
  const name = `${text}.${toBase64Url(key)}`;
  let found = MACS.get(name);
  if (!found) {
    if (MACS.size >= MAX_MACS) MACS.clear();
    found = new Uint8Array(createHmac('sha256', key).update(text).digest());
    MACS.set(name, found);
  }
  return found;
}

function refused(why: string): SkerryError {
  return new SkerryError('unauthorized', `the token is refused: ${why}`);
}
