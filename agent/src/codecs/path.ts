/**
 * Paths into a payload, compiled once: split on dots, `["a.b"]` quotes a key that holds dots, `[2]` or a bare `2` is an
 * index of an array.
 *
 *   vib.rms          payload.vib.rms
 *   ["vib.rms"].x    payload["vib.rms"].x
 *   axes[2]  axes.2  payload.axes[2]
 */
import { SkerryError } from '@skerry/proto/errors';

/** The keys to follow, one after the other. */
export type Path = readonly string[];

const PART = /\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[(\d+)\]|([^.[\]]+)/y;

/** Compiles a path. Throws SkerryError invalid. */
export function compilePath(text: string): Path {
  const keys: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (keys.length > 0 && text[at] === '.') at++;
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match) break;
    keys.push(match[1] === undefined ? (match[2] ?? match[3]!) : match[1].replace(/\\(.)/g, '$1'));
    at = PART.lastIndex;
    if (at < text.length && text[at] !== '.' && text[at] !== '[') break;
  }
  if (keys.length === 0 || at !== text.length || text.endsWith('.'))
    throw new SkerryError('invalid', `"${text}" is no payload path`, {
      hint: 'write keys with dots between, for example vib.rms, ["a.b"].x or axes[2]',
    });
  return keys;
}

/** What stands at a path: undefined where any step of it is missing. Only own keys count. */
export function readPath(root: unknown, path: Path): unknown {
  let value = root;
  for (let i = 0; i < path.length; i++) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, path[i]!)) return undefined;
    value = (value as Record<string, unknown>)[path[i]!];
  }
  return value;
}
