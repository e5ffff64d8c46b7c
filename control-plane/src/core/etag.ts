import { toHex, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { Crypto } from '../ports.ts';

/** The strong entity tag of a JSON body: a hash of its bytes. */
export function entityTag(crypto: Crypto, body: string): string {
  return `"${toHex(crypto.sha256(utf8(body)).subarray(0, 16))}"`;
}

/** Whether a list of tags (If-Match, If-None-Match: RFC 9110, 13.1) names a tag. */
export function namesTag(header: string, tag: string, weak: boolean): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((part) => {
    const offered = part.trim();
    return offered === tag || (weak && offered === `W/${tag}`);
  });
}

/**
 * Where If-Match is sent, it must name the tag of what GET answers now. Called inside the actor, in the transaction of
 * the change, so that nothing comes between. Throws SkerryError precondition.
 */
export function checkMatch(crypto: Crypto, ifMatch: string | undefined, current: unknown): void {
  if (ifMatch === undefined || namesTag(ifMatch, entityTag(crypto, JSON.stringify(current)), false)) return;
  throw new SkerryError('precondition', 'it has changed since you read it', { hint: 'read it again' });
}
