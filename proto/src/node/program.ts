/** The manners that all four programs share: help with examples, --version, --json, exit codes, one plain error line. */
import { Command, CommanderError } from 'commander';
import { messageOf, reasonOf, SkerryError } from '../errors.ts';

export { Command, InvalidArgumentError, Option } from 'commander';

/** 0 done, 1 failed, 2 wrong usage, 21 try again later. */
export const EXIT = { done: 0, failed: 1, usage: 2, tryAgain: 21 } as const;

/** A new program with the flags that every program has. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version('0.1.0', '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(--help shows what is possible)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .exitOverride();
}

/**
 * Runs a program to its end and sets the exit code. Operating errors become one plain line on stderr: what, where,
 * what to do; anything unforeseen also shows its stack, because that is a bug.
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  inherit(program);
  // `… | head` closes the pipe when it has seen enough: that ends the program, and is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  program.addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 21 try again later.');
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    process.exitCode =
      error instanceof SkerryError && error.code === 'unavailable' ? EXIT.tryAgain : EXIT.failed;
    process.stderr.write(`${program.name()}: ${describeError(error)}\n`);
  }
}

function inherit(command: Command): void {
  for (const sub of command.commands) {
    sub.copyInheritedSettings(command).exitOverride();
    inherit(sub);
  }
}

/** One line, message and hint; several only where a file has several errors. Anything unforeseen with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof SkerryError) {
    if (!error.hint) return error.message;
    return `${error.message}${error.message.includes('\n') ? '\n' : ' — '}${error.hint}`;
  }
  if (isSystemError(error))
    return `${error.path ?? error.syscall}: ${reasonOf(error)} — ${SYSTEM_HINTS[error.code] ?? 'check the path'}`;
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  EACCES: 'give this user the right to it, or choose another place',
  EPERM: 'give this user the right to it, or choose another place',
  EROFS: 'choose a place that can be written to',
  ENOSPC: 'free some space, or choose another place',
};

function isSystemError(error: unknown): error is Error & { code: string; syscall: string; path?: string } {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return error instanceof Error && typeof code === 'string' && typeof syscall === 'string';
}

/** Prints a value for machines: one JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints lines for people. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints rows as an aligned table with a header. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((c, i) => c.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  print([line(header), ...rows.map(line)].join('\n'));
}
