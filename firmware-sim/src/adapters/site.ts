/** Brings a site up in order, shows how it is doing in one line, and takes it down in the reverse order. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { print } from '@skerry/proto/node/program';
import { type Child, startChild } from './child.ts';
import { siteProgress } from './site-progress.ts';
import { agentEnvironment, prepareSite, programs } from './site-setup.ts';

export interface SiteOptions {
  /** The repository. */
  root: string;
  dataDir: string;
  controlPort: number;
  mqttPort: number;
  agentPort: number;
  /** A CSV recording to publish instead of the simulation. */
  replay: string | undefined;
  openBrowser: boolean;
}

/** What `skerry serve --bootstrap FILE` leaves for the programs beside it. */
export interface Bootstrap {
  url: string;
  adminToken: string;
  enrollToken: string;
  loginUrl: string;
}

/** Runs the site until Ctrl-C, SIGTERM, or one of its programs ends by itself (then it throws). */
export async function runSite(options: SiteOptions): Promise<void> {
  await requireFreePorts(options);
  if (options.replay !== undefined) await requireReadable(options.replay);
  await mkdir(join(options.dataDir, 'logs'), { recursive: true });
  const children: Child[] = [];
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  try {
    const bootstrap = await bringUp(options, children, abort.signal);
    if (bootstrap && !abort.signal.aborted) await watch(options, bootstrap, children, abort.signal);
  } finally {
    abort.abort(); // also where a program ended by itself: the line of progress ends with it
    for (const child of children.reverse()) await child.stop();
  }
  print('\nSkerry has ended; what it knows stays in its data folder.');
}

async function bringUp(
  options: SiteOptions,
  children: Child[],
  signal: AbortSignal,
): Promise<Bootstrap | undefined> {
  const { root, dataDir } = options;
  const logFile = (name: string): string => join(dataDir, 'logs', `${name}.log`);
  const bootstrapFile = join(dataDir, 'bootstrap.json');
  print('Starting the control plane …');
  await writeFile(bootstrapFile, '{}', { mode: 0o600 });
  const serveArgs = ['serve', '--data', join(dataDir, 'control-plane'), '--port', `${options.controlPort}`];
  const control = startChild(
    'control plane',
    programs(root).skerry,
    [...serveArgs, '--bootstrap', bootstrapFile],
    {
      logFile: logFile('control-plane'),
    },
  );
  children.push(control);
  await answering(
    `http://127.0.0.1:${options.controlPort}/readyz`,
    control,
    logFile('control-plane'),
    signal,
  );
  if (signal.aborted) return undefined;
  const bootstrap = JSON.parse(await readFile(bootstrapFile, 'utf8')) as Bootstrap;
  const agentConfig = await prepareSite(options, bootstrap);
  print('Starting the agent …');
  const agent = startChild('agent', programs(root).agent, ['run', '-c', agentConfig], {
    logFile: logFile('agent'),
    env: await agentEnvironment(options, bootstrap),
  });
  children.push(agent);
  await answering(`http://127.0.0.1:${options.agentPort}/readyz`, agent, logFile('agent'), signal);
  if (signal.aborted) return undefined;
  print(options.replay ? `Publishing ${basename(options.replay)} …` : 'Starting the machines …');
  children.push(
    startChild('machines', programs(root).sim, await simArgs(options), { logFile: logFile('machines') }),
  );
  return bootstrap;
}

async function simArgs(options: SiteOptions): Promise<string[]> {
  const url = `mqtt://127.0.0.1:${options.mqttPort}`;
  if (options.replay === undefined)
    return ['run', join(options.root, 'firmware-sim/scenarios/demo.yaml'), '--mqtt', url];
  // A device of its own per run: the same recording again is new data, not late data.
  const name = basename(options.replay)
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 48);
  const device = `${name}-${new Date().toISOString().slice(11, 19).replaceAll(':', '')}`;
  return [
    'replay',
    options.replay,
    '--mqtt',
    url,
    '--topic',
    'replay/{device}/value',
    '--device',
    device,
    '--within',
    '2m',
  ];
}

async function answering(url: string, child: Child, logFile: string, signal: AbortSignal): Promise<void> {
  let endedWith: number | undefined;
  void child.ended.then((code) => {
    endedWith = code;
  });
  const deadline = Date.now() + 60_000;
  while (!signal.aborted) {
    if (endedWith !== undefined)
      throw new SkerryError('failed', `the ${child.name} ended while starting: ${await lastLine(logFile)}`, {
        hint: `its log is ${logFile}`,
      });
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline)
      throw new SkerryError('failed', `the ${child.name} did not get ready within a minute`, {
        hint: `its log is ${logFile}`,
      });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function watch(
  options: SiteOptions,
  bootstrap: Bootstrap,
  children: Child[],
  signal: AbortSignal,
): Promise<void> {
  print(`
  Console     ${bootstrap.loginUrl}
              (the link logs you in once; open ${bootstrap.url} afterwards)
  Agent page  http://127.0.0.1:${options.agentPort}
  MQTT        mqtt://127.0.0.1:${options.mqttPort}
  Logs        ${join(options.dataDir, 'logs')}
  Ctrl-C ends it.
`);
  if (options.openBrowser && process.stdout.isTTY) openBrowser(bootstrap.loginUrl);
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const progress = siteProgress(bootstrap, options.agentPort, signal);
  // A recording that has been published to its end is no failure: the site stays up to be looked at.
  const failures = children.map(async (child) => {
    const code = await child.ended;
    if (signal.aborted || (child.name === 'machines' && code === 0)) return stopped;
    const logFile = join(options.dataDir, 'logs', `${child.name.replaceAll(' ', '-')}.log`);
    throw new SkerryError(
      'failed',
      `the ${child.name} ended with exit code ${code}: ${await lastLine(logFile)}`,
      {
        hint: `its log is ${logFile}`,
      },
    );
  });
  await Promise.race([stopped, ...failures]);
  await progress;
}

async function lastLine(logFile: string): Promise<string> {
  return (await readFile(logFile, 'utf8')).trim().split('\n').at(-1) || 'it said nothing';
}

async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new SkerryError('not-found', `the recording ${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'name a CSV file with --replay',
      cause,
    });
  }
}

function openBrowser(url: string): void {
  const command =
    process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  // No browser on this machine: the printed link is all there is to it.
  child.once('error', () => undefined);
  child.unref();
}

async function requireFreePorts(options: SiteOptions): Promise<void> {
  const wanted = [
    ['--port', options.controlPort, 'the console'],
    ['--mqtt-port', options.mqttPort, 'MQTT'],
    ['--agent-port', options.agentPort, "the agent's page"],
  ] as const;
  for (const [flag, port, what] of wanted) {
    const code = await new Promise<string | undefined>((resolve) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
    });
    if (code === 'EADDRINUSE')
      throw new SkerryError('failed', `port ${port} for ${what} is in use`, {
        hint: `end what uses it, or choose another with ${flag}`,
      });
    if (code)
      throw new SkerryError('failed', `port ${port} for ${what} can't be used (${code})`, {
        hint: `choose another with ${flag}`,
      });
  }
}
