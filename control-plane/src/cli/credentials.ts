/**
 * Where `skerry login` keeps tokens: `$XDG_CONFIG_HOME/skerry/credentials.json` (~/.config by default), mode 0600, one
 * token per server. A token is only ever sent to the server that it belongs to.
 *
 *   {"current":"https://control.example.com","servers":{"https://control.example.com":{"token":"skt_…"}}}
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';

const credentials = z.object({
  current: z.string().optional(),
  servers: z.record(z.string(), z.object({ token: z.string() })).default({}),
});

/** Every server that somebody logged in to, and the one that is used where none is named. */
export type Credentials = z.output<typeof credentials>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The file's path. */
export function credentialsFile(env: Environment = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'skerry', 'credentials.json');
}

/** Reads the file; nothing is stored before the first login. Throws SkerryError corrupt. */
export async function readCredentials(file: string): Promise<Credentials> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} };
    throw new SkerryError('failed', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'give this user the right to read it',
      cause,
    });
  }
  try {
    return credentials.parse(JSON.parse(text));
  } catch (cause) {
    throw new SkerryError('corrupt', `${file} is malformed`, { hint: 'remove it and log in again', cause });
  }
}

/** Stores a server's token and makes that server the current one. */
export async function storeCredentials(file: string, url: string, token: string): Promise<void> {
  const held = await readCredentials(file);
  const next: Credentials = { current: url, servers: { ...held.servers, [url]: { token } } };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // A new file under another name: whatever mode the old one had is not kept.
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
}

/** A server's URL as it is compared and stored: origin and path without a slash at the end. Throws SkerryError invalid. */
export function serverUrl(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new SkerryError('invalid', `"${text}" is no server address`, {
      hint: 'write for example https://control.example.com',
    });
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * Which server and token a command uses: flag over environment over the file. Throws SkerryError unauthorized where
 * there is no token for that server.
 */
export function chooseServer(
  flags: { server?: string; token?: string },
  env: Environment,
  held: Credentials,
): { url: string; token: string } {
  const named = flags.server ?? (env.SKERRY_URL || undefined) ?? held.current;
  if (named === undefined)
    throw new SkerryError('unauthorized', 'no control plane is named', {
      hint: 'run skerry login https://…, or give --server and --token (SKERRY_URL, SKERRY_TOKEN)',
    });
  const url = serverUrl(named);
  const token = flags.token ?? (env.SKERRY_TOKEN || undefined) ?? held.servers[url]?.token;
  if (token === undefined)
    throw new SkerryError('unauthorized', `there is no token for ${url}`, {
      hint: `run skerry login ${url}, or give --token (SKERRY_TOKEN)`,
    });
  return { url, token };
}
