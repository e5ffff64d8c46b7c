import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import type { Blobs } from '../ports.ts';

/**
 * Answers with a blob: the whole, or one byte range (RFC 9110, section 14; several ranges are answered with the whole).
 * Its entity tag is its digest, so it never changes.
 */
export async function serveBlob(blobs: Blobs, request: Request, digest: string): Promise<Response> {
  if (!DIGEST_PATTERN.test(digest)) throw new SkerryError('not-found', `"${digest}" is no digest`);
  const sizeBytes = await blobs.has(digest);
  if (sizeBytes === undefined) throw new SkerryError('not-found', `there is no blob ${digest}`);
  const etag = `"${digest}"`;
  const headers: Record<string, string> = {
    etag,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'cache-control': 'private, max-age=31536000, immutable',
  };
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  if (request.method === 'HEAD')
    return new Response(null, { headers: { ...headers, 'content-length': `${sizeBytes}` } });
  const ifRange = request.headers.get('if-range');
  const range =
    ifRange === null || ifRange === etag ? parseRange(request.headers.get('range'), sizeBytes) : 'all';
  if (range === 'unsatisfiable')
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${sizeBytes}` },
    });
  const found = await blobs.get(digest, range === 'all' ? undefined : range);
  if (!found) throw new SkerryError('not-found', `there is no blob ${digest}`);
  if (range !== 'all') headers['content-range'] = `bytes ${range[0]}-${range[1]}/${sizeBytes}`;
  headers['content-length'] = `${found.bytes.length}`;
  return new Response(found.bytes as Uint8Array<ArrayBuffer>, {
    status: range === 'all' ? 200 : 206,
    headers,
  });
}

function parseRange(
  header: string | null,
  sizeBytes: number,
): 'all' | 'unsatisfiable' | readonly [number, number] {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'all';
  const first = match[1] === '' ? Math.max(0, sizeBytes - Number(match[2])) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  return first > last || first >= sizeBytes ? 'unsatisfiable' : [first, last];
}
