/** `skerry login`: stores a server and a token for the commands that follow. */
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print, printJson } from '@skerry/proto/node/program';
import { type Client, createClient } from './client.ts';
import { credentialsFile, readCredentials, serverUrl, storeCredentials } from './credentials.ts';
import { askHidden } from './passphrase.ts';
import type { GlobalOptions } from './session.ts';

interface LoginOptions extends GlobalOptions {
  code?: string;
  link?: boolean;
}

/** Adds `login`. */
export function addLoginCommand(program: Command): void {
  program
    .command('login')
    .description('remember a control plane and a token; the token is checked first')
    .argument('[url]', 'the control plane, or a whole one-time login link')
    .option('--code <code>', 'a one-time login code, exchanged for a token of 12 hours')
    .option('--link', "afterwards, print a one-time link that logs a browser's console in")
    .addHelpText(
      'after',
      `
The token is given with --token, SKERRY_TOKEN or a code, or asked for. It is kept in ~/.config/skerry/credentials.json.

Examples:
  skerry login https://control.example.com
  skerry login 'http://127.0.0.1:7070/#login=…'
  skerry login --link`,
    )
    .action(async (url: string | undefined, _: object, command: Command) =>
      login(url, command.optsWithGlobals<LoginOptions>()),
    );
}

async function login(given: string | undefined, options: LoginOptions): Promise<void> {
  const file = credentialsFile();
  const held = await readCredentials(file);
  const named = given ?? options.server ?? (process.env.SKERRY_URL || undefined) ?? held.current;
  if (named === undefined)
    throw new SkerryError('invalid', 'no control plane is named', {
      hint: 'write skerry login https://control.example.com',
    });
  const url = serverUrl(named);
  const code = options.code ?? /#login=([^&]+)$/.exec(named)?.[1];
  const token = await obtainToken(url, code, options, held.servers[url]?.token);
  const client = createClient({ url, token });
  const me = await client.json<{ name: string; role: string }>('GET', 'api/v1/me');
  await storeCredentials(file, url, token);
  const link = options.link ? await consoleLink(client) : undefined;
  if (options.json) printJson({ server: url, ...me, ...(link !== undefined && { link }) });
  else {
    print(`Logged in to ${url} as ${me.name} (${me.role}).`);
    if (link !== undefined) print(`Console, once: ${link}`);
  }
}

async function obtainToken(
  url: string,
  code: string | undefined,
  options: LoginOptions,
  held: string | undefined,
): Promise<string> {
  if (code !== undefined) {
    const client = createClient({ url, token: '' });
    return (await client.json<{ token: string }>('POST', 'api/v1/login', { body: { code } })).token;
  }
  const given = options.token ?? (process.env.SKERRY_TOKEN || undefined) ?? (options.link ? held : undefined);
  if (given !== undefined) return given;
  if (!process.stdin.isTTY)
    throw new SkerryError('unauthorized', `no token for ${url}, and there is no terminal to ask on`, {
      hint: 'give --token (SKERRY_TOKEN) or --code',
    });
  return (await askHidden(`Token for ${url}: `)).trim();
}

/** A one-time link that logs the console in as whoever asks. */
async function consoleLink(client: Client): Promise<string> {
  const { code } = await client.json<{ code: string }>('POST', 'api/v1/login/codes');
  return `${client.url}/#login=${code}`;
}
