/** Skerry's own programs as child processes, run from their sources; what a test leaves behind is ended with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until.ts';

export const ROOT = join(import.meta.dirname, '../../..');

/** Entry points by the names that operators know. */
const PROGRAMS = {
  skerry: join(ROOT, 'control-plane/src/cli/main.ts'),
  'skerry-agent': join(ROOT, 'agent/src/main.ts'),
  'skerry-model': join(ROOT, 'models/src/main.ts'),
  'skerry-sim': join(ROOT, 'firmware-sim/src/main.ts'),
  start: join(ROOT, 'firmware-sim/src/start.ts'),
} as const;
export type ProgramName = keyof typeof PROGRAMS;

export interface ProgramOptions {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** More options for node itself. */
  nodeArgs?: readonly string[];
  /** A program with its arguments that runs node in its turn (strace); it must leave node its process id. */
  under?: readonly string[];
}

/** How a program ended, and what it printed. */
export interface Ended {
  /** The exit code; null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program that runs in the background. */
export interface Program {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly running: boolean;
  readonly ended: Promise<Ended>;
  /** Sends a signal to the program alone. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that does nothing for ten seconds. */
  stop(): Promise<Ended>;
  /** SIGKILL: as a power cut looks to it. */
  kill(): Promise<Ended>;
  /** Resolves once what it printed so far matches. Rejects where it ends before. */
  printed(what: RegExp): Promise<RegExpExecArray>;
}

// A test run that is itself killed must not leave its children behind.
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program. What the surrounding environment sets for Skerry doesn't reach it. */
export function startProgram(
  name: ProgramName,
  args: readonly string[],
  options: ProgramOptions = {},
): Program {
  return startScript(PROGRAMS[name], args, options);
}

/** Starts any script of this repository. */
export function startScript(script: string, args: readonly string[], options: ProgramOptions = {}): Program {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('SKERRY_')));
  const nodeArgs = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
  const node = [process.execPath, ...nodeArgs, ...(options.nodeArgs ?? []), script, ...args];
  const [command, ...rest] = [...(options.under ?? []), ...node];
  return watchChild(
    spawn(command!, rest, {
      cwd: options.cwd ?? ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, NO_COLOR: '1', ...options.env },
    }),
  );
}

/** Runs a program to its end. */
export function runProgram(
  name: ProgramName,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ended> {
  return startProgram(name, args, options).ended;
}

/** Follows a child process, whichever program it is. */
export function watchChild(child: ChildProcess): Program {
  running.add(child);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, ...text });
    });
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (name: NodeJS.Signals): Promise<Ended> => {
    if (isRunning()) child.kill(name);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    return ended.finally(() => clearTimeout(timer));
  };
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    get running() {
      return isRunning();
    },
    ended,
    signal: (name) => void child.kill(name),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    printed: (what) =>
      until(`${what} to be printed`, () => {
        const match = what.exec(text.stdout) ?? what.exec(text.stderr);
        if (!match && !isRunning()) throw new Error(`it ended before it printed ${what}: ${text.stderr}`);
        return match ?? undefined;
      }),
  };
}
