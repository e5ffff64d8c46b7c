/** What commands hand to the running agent on this machine. */
import { ERROR_CODES, reasonOf, SkerryError } from '@skerry/proto/errors';
import type { LoadedConfig } from './config-file.ts';
import { localUrl } from './status.ts';

/** Posts to its local server. Throws SkerryError as the agent refused it, or failed where it broke off. */
export async function postLocal(
  loaded: LoadedConfig,
  path: string,
  type: string,
  body?: ReadableStream<Uint8Array>,
): Promise<Response> {
  const url = `${localUrl(loaded.config.local.listen)}${path}`;
  const headers = { 'content-type': type };
  let answer: Response;
  try {
    answer = await fetch(url, { method: 'POST', headers, ...(body && { body, duplex: 'half' }) });
  } catch (cause) {
    throw new SkerryError('failed', `the running agent broke off at ${url}: ${reasonOf(cause)}`, { cause });
  }
  if (answer.ok) return answer;
  const { detail, code, hint } = (await answer.json().catch(() => ({}))) as Record<
    string,
    string | undefined
  >;
  throw new SkerryError(
    ERROR_CODES.find((known) => known === code) ?? 'invalid',
    detail ?? `the running agent answered ${answer.status} at ${url}`,
    hint ? { hint } : {},
  );
}

/** One line that keeps changing, where a person looks on. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}
