/** What every command that talks to the control plane shares: server, token, `--json`. */

import { messageOf, SkerryError } from '@skerry/proto/errors';
import { type Command, printJson } from '@skerry/proto/node/program';
import { durationMs, sizeBytes } from '@skerry/proto/units';
import { type Client, createClient } from './client.ts';
import { chooseServer, credentialsFile, readCredentials } from './credentials.ts';

export interface GlobalOptions {
  server?: string;
  token?: string;
  json?: boolean;
}

export interface Session {
  client: Client;
  /** Prints the value as one JSON document where `--json` was given, otherwise what `people` prints. */
  show(value: unknown, people: () => void): void;
  json: boolean;
}

/** The options that every command takes, before or after its own. */
export function addGlobalOptions(program: Command): void {
  program
    .option('--server <url>', 'the control plane (SKERRY_URL, or the one logged in to)')
    .option('--token <token>', "the operator's token (SKERRY_TOKEN, or the one logged in with)")
    .option('--json', 'machine output: one JSON document on stdout');
}

/** Opens a session from a command's options, the environment and the stored login. */
export async function openSession(options: GlobalOptions): Promise<Session> {
  const held = await readCredentials(credentialsFile());
  return {
    client: createClient(chooseServer(options, process.env, held)),
    json: options.json === true,
    show(value, people) {
      if (options.json) printJson(value);
      else people();
    },
  };
}

/** A command's action with an open session; `args` are the command's arguments as typed. */
export function action<O extends object = object>(
  run: (session: Session, args: string[], options: O & GlobalOptions) => Promise<void>,
): (...all: unknown[]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command;
    const options = command.optsWithGlobals<O & GlobalOptions>();
    try {
      await run(await openSession(options), command.args, options);
    } catch (error) {
      if (isUsageError(error)) command.error(`error: ${error.message}`);
      throw error;
    }
  };
}

/** A wrong value of an option or argument: wrong usage, exit code 2. */
export function usageError(message: string): Error {
  return Object.assign(new Error(message), { code: USAGE_CODE });
}

// commander knows its own errors about a value by this code.
const USAGE_CODE = 'commander.invalidArgument';

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: string }).code === USAGE_CODE;
}

/** Parses a whole number of at least `min`; anything else is wrong usage. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw usageError(
        `expected a whole number ${max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `of at least ${min}`}`,
      );
    return value;
  };
}

/** Parses a duration (`7d`) into milliseconds; anything else is wrong usage. */
export function durationOption(text: string): number {
  try {
    return durationMs(text);
  } catch (error) {
    throw usageError(messageOf(error));
  }
}

/** Parses a size (`64MiB`) into bytes; anything else is wrong usage. */
export function sizeOption(text: string): number {
  try {
    return sizeBytes(text);
  } catch (error) {
    throw usageError(messageOf(error));
  }
}

/** Collects a repeatable option. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** `KEY=VALUE` pairs as a record; `KEY-` gives null: take it away. Throws SkerryError invalid. */
export function readLabels(pairs: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const removed = /^([^=]+)-$/.exec(pair);
      if (removed) return [removed[1]!, null];
      const at = pair.indexOf('=');
      if (at < 1)
        throw new SkerryError('invalid', `"${pair}" is no label`, {
          hint: 'write KEY=VALUE, or KEY- to remove',
        });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
