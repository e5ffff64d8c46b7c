import { messageOf } from '@skerry/proto/errors';

/** Codes of Node and OpenSSL that say little to whoever has to put it right. `now` is this machine's clock. */
const PLAIN: Readonly<Record<string, (now: string) => string>> = {
  CERT_HAS_EXPIRED: (now) => `its certificate has expired (this machine's clock says ${now})`,
  CERT_NOT_YET_VALID: (now) =>
    `its certificate is not valid yet: this machine's clock says ${now}; if that is wrong, set it`,
  ERR_TLS_CERT_ALTNAME_INVALID: () => 'its certificate is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: () => 'it signed its certificate itself',
  SELF_SIGNED_CERT_IN_CHAIN: untrustedIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrustedIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrustedIssuer,
  ERR_SSL_WRONG_VERSION_NUMBER: () => 'it speaks no TLS: is it http:// and not https://?',
  UND_ERR_SOCKET: () => 'the connection was closed before an answer: is it https:// and not http://?',
  ENOTFOUND: () => 'there is no host of that name',
};

function untrustedIssuer(): string {
  return 'its certificate is signed by nobody that this machine trusts; NODE_EXTRA_CA_CERTS names an authority of your own';
}

/** Why a request failed, in one line that begins with the code; fetch itself says "fetch failed" and hides the cause. */
export function networkReason(error: unknown, nowWallMs: number): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  const text = messageOf(cause).trim();
  if (typeof code !== 'string') return text;
  const plain = PLAIN[code]?.(new Date(nowWallMs).toISOString());
  if (plain !== undefined) return `${code}: ${plain}`;
  return text.includes(code) ? text : `${code} ${text}`.trim();
}
