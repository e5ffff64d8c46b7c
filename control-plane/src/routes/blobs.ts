import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { DELTA_TYPE } from '@skerry/proto/delta';
import { SkerryError } from '@skerry/proto/errors';
import type { Blobs } from '../ports.ts';
import type { Deltas } from './deltas.ts';

/**
 * Answers with a blob, or, where `?from=DIGEST` names one that the asker has and a delta from it is smaller, with that:
 * its media type says which. The whole of it, or one byte range (RFC 9110, section 14; several ranges are answered with
 * the whole). Its entity tag is the digest of what is sent, so it never changes.
 */
export async function serveBlob(
  blobs: Blobs,
  request: Request,
  digest: string,
  deltas?: Deltas,
): Promise<Response> {
  if (!DIGEST_PATTERN.test(digest)) throw new SkerryError('not-found', `"${digest}" is no digest`);
  const sizeBytes = await blobs.has(digest);
  if (sizeBytes === undefined) throw new SkerryError('not-found', `there is no blob ${digest}`);
  const from = new URL(request.url).searchParams.get('from');
  const delta = from === null ? undefined : await deltas?.between(from, digest);
  if (delta)
    return serve(request, {
      digest: delta.digest,
      sizeBytes: delta.bytes.length,
      contentType: DELTA_TYPE,
      read: async (range) => (range ? delta.bytes.slice(range[0], range[1] + 1) : delta.bytes),
    });
  return serve(request, {
    digest,
    sizeBytes,
    contentType: 'application/octet-stream',
    async read(range) {
      const found = await blobs.get(digest, range);
      if (!found) throw new SkerryError('not-found', `there is no blob ${digest}`);
      return found.bytes;
    },
  });
}

interface Representation {
  digest: string;
  sizeBytes: number;
  contentType: string;
  /** The whole, or [first, last] of it. */
  read(range?: readonly [number, number]): Promise<Uint8Array>;
}

async function serve(request: Request, what: Representation): Promise<Response> {
  const { sizeBytes } = what;
  const etag = `"${what.digest}"`;
  const headers: Record<string, string> = {
    etag,
    'accept-ranges': 'bytes',
    'content-type': what.contentType,
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
  const bytes = await what.read(range === 'all' ? undefined : range);
  if (range !== 'all') headers['content-range'] = `bytes ${range[0]}-${range[1]}/${sizeBytes}`;
  headers['content-length'] = `${bytes.length}`;
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status: range === 'all' ? 200 : 206, headers });
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
