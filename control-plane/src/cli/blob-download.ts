/** Blobs as the command line takes them: in windows, hashed as they come, each asked for again where the link drops. */
import { createHash } from 'node:crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { BlobRef } from '@skerry/proto/pack';
import type { Client } from './client.ts';

const WINDOW_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 5 * 60_000;
const ATTEMPTS = 3;

/**
 * The bytes of a blob, piece by piece. Throws SkerryError untrusted, before the last piece is given out, where it isn't
 * the blob of that digest; `what` names it then.
 */
export async function* downloadBlob(client: Client, ref: BlobRef, what: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let at = 0;
  do {
    const last = Math.min(at + WINDOW_BYTES, ref.sizeBytes) - 1;
    const bytes = await window(client, ref, [at, last], what);
    hash.update(bytes);
    at += bytes.length;
    const isWrong = at >= ref.sizeBytes && `sha256:${hash.digest('hex')}` !== ref.digest;
    if (isWrong || at > ref.sizeBytes)
      throw new SkerryError('untrusted', `${what} has other bytes than were signed`);
    yield bytes;
  } while (at < ref.sizeBytes);
}

async function window(
  client: Client,
  ref: BlobRef,
  [first, last]: readonly [number, number],
  what: string,
): Promise<Uint8Array> {
  const isWhole = first === 0 && last === ref.sizeBytes - 1;
  const headers = isWhole ? {} : { range: `bytes=${first}-${last}`, 'if-range': `"${ref.digest}"` };
  for (let attempt = 1; ; attempt++)
    try {
      const path = `api/v1/blobs/${ref.digest}`;
      const response = await client.send('GET', path, { headers, timeoutMs: TIMEOUT_MS });
      if ((heldBytes(response) ?? ref.sizeBytes) !== ref.sizeBytes)
        throw new SkerryError('untrusted', `${what} has other bytes than were signed`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      const isLink = !(error instanceof SkerryError) || error.code === 'unavailable';
      if (!isLink) throw error;
      if (attempt === ATTEMPTS)
        throw new SkerryError('unavailable', `${what} broke off after ${first} bytes: ${messageOf(error)}`, {
          cause: error,
        });
    }
}

/** How long the blob is that the server holds; undefined where its answer doesn't tell. */
function heldBytes({ headers }: Response): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  const known = total ?? length;
  return known === null ? undefined : Number(known);
}
