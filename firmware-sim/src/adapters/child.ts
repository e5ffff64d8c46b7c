/** Programs of this repository as child processes: output kept in a log file, ended together, never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { SkerryError } from '@skerry/proto/errors';

/** A running program. */
export interface Child {
  readonly name: string;
  /** Resolves with its exit code once it has ended, however. */
  readonly ended: Promise<number>;
  /** Asks it to end (SIGTERM), and after `graceMs` makes it. */
  stop(graceMs?: number): Promise<void>;
}

const NODE_ARGS = ['--conditions=source', '--disable-warning=ExperimentalWarning'];

/** Starts a program in the background; everything it prints goes to `logFile`. */
export function startChild(
  name: string,
  script: string,
  args: readonly string[],
  options: { logFile: string; env?: Record<string, string> },
): Child {
  const child = spawn(process.execPath, [...NODE_ARGS, script, ...args], {
    // Its own process group: Ctrl-C reaches this process alone, which ends the others in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
  return { name, ended, stop: (graceMs = 10_000) => stopChild(child, ended, graceMs) };
}

async function stopChild(child: ChildProcess, ended: Promise<number>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

/** Runs a program to its end. Throws SkerryError with what it printed on stderr where it fails. */
export async function runChild(
  name: string,
  script: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<string> {
  const child = spawn(process.execPath, [...NODE_ARGS, script, ...args], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (exit) => resolve(exit ?? 1));
  });
  if (code !== 0)
    throw new SkerryError('failed', `${name} failed: ${err.join('').trim() || `exit code ${code}`}`);
  return out.join('');
}
