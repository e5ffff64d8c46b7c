import { utf8 } from '../bytes.ts';

/**
 * OLPC Canonical JSON (wiki.laptop.org/go/Canonical_JSON), the bytes that TUF metadata is signed over: keys sorted,
 * no white space, integers only, and in strings only `"` and `\` escaped. It differs from RFC 8785 (canonical.ts)
 * where a string holds control characters: a PEM key's newline stands here as it is.
 * Throws TypeError on what has no such form.
 */
export function tufCanonicalJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value === 'boolean' || Number.isSafeInteger(value))
    return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => tufCanonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${String(value)} has no canonical form`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${quote(key)}:${tufCanonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** UTF-8 bytes of tufCanonicalJson. */
export function tufCanonicalBytes(value: unknown): Uint8Array {
  return utf8(tufCanonicalJson(value));
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
