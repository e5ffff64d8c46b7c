import { concat, fromUtf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';

/** Reads a request's body, and stops as soon as it is longer than `maxBytes`. Throws SkerryError too-large, invalid. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): SkerryError =>
    new SkerryError('too-large', `the body is longer than ${maxBytes} bytes, the most that is taken here`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(parts);
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    parts.push(value);
  }
}

/** Reads a body of text. Throws SkerryError too-large, or invalid where it is no UTF-8. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBody(request, maxBytes);
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new SkerryError('invalid', 'the body is no UTF-8 text', { cause });
  }
}
