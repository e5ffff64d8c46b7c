/** `skerry serve`: the whole control plane in this process, over a data folder. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import { DEFAULT_SYNCS_PER_SECOND } from '../core/shard/gate.ts';
import { DEFAULT_RETENTION_MS } from '../core/shard/retention.ts';
import { createNodeControlPlane } from '../node/host.ts';
import { DEFAULT_DELTA_BYTES } from '../routes/deltas.ts';
import { writeBootstrap } from './bootstrap.ts';
import { buildConsoleIfMissing } from './build-console.ts';
import { durationOption, sizeOption, wholeNumber } from './session.ts';

interface ServeOptions {
  data: string;
  host: string;
  port: number;
  shards: number;
  bootstrap?: string;
  retention: number;
  syncsPerSecond: number;
  deltas: number;
  renewInstance?: boolean;
  build: boolean;
}

/** Adds `serve`. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the control plane here')
    .addOption(
      program
        .createOption('--data <dir>', 'where it keeps everything')
        .env('SKERRY_CONTROL_DATA')
        .makeOptionMandatory(),
    )
    .addOption(
      program
        .createOption('--host <host>', 'the address it listens on')
        .env('SKERRY_HOST')
        .default('127.0.0.1'),
    )
    .addOption(
      program
        .createOption('--port <port>', 'the port; 0 takes a free one')
        .env('SKERRY_PORT')
        .argParser(wholeNumber(0, 65_535))
        .default(7070),
    )
    .option(
      '--shards <n>',
      'databases that agents are spread over; fixed once data exist',
      wholeNumber(1, 64),
      1,
    )
    .addOption(
      program
        .createOption('--retention <duration>', 'how long results and alerts are kept')
        .env('SKERRY_RETENTION')
        .argParser(durationOption)
        .default(DEFAULT_RETENTION_MS, '30d'),
    )
    .addOption(
      program
        .createOption(
          '--syncs-per-second <n>',
          'exchanges with agents that each database takes in a second; further agents are told when to come back',
        )
        .env('SKERRY_SYNCS_PER_SECOND')
        .argParser(wholeNumber(1, 100_000))
        .default(DEFAULT_SYNCS_PER_SECOND),
    )
    .addOption(
      program
        .createOption(
          '--deltas <size>',
          'the largest file that agents get as a difference from one they have; 0B: none',
        )
        .env('SKERRY_DELTAS')
        .argParser(sizeOption)
        .default(DEFAULT_DELTA_BYTES, '64MiB'),
    )
    .option(
      '--bootstrap <file>',
      'before it answers, write URL and tokens for programs on this machine there (mode 0600)',
    )
    .option(
      '--renew-instance',
      'once after its data were restored from a backup: agents take desired state anew, whatever they held',
    )
    .option('--no-build', "don't build the console where it is missing (from the sources only)")
    .addHelpText(
      'after',
      `
Ctrl-C ends it cleanly. Beyond one machine, put a proxy that speaks TLS in front.

Examples:
  skerry serve --data ./control-plane-data
  skerry serve --data /var/lib/skerry --host 0.0.0.0 --port 7070`,
    )
    .action(async (options: ServeOptions) => serve(options));
}

async function serve(options: ServeOptions): Promise<void> {
  // Signals count from here on: one that comes while it starts ends it as cleanly.
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  if (options.build) await buildConsoleIfMissing(print);
  const { data: dataDir, host, shards, retention: retentionMs, syncsPerSecond, deltas: deltaBytes } = options;
  const port = options.port === 0 ? await freePort(host) : options.port;
  if (options.bootstrap !== undefined)
    await writeBootstrap(options.bootstrap, {
      dataDir,
      url: urlOf(host, port),
      isLoopback: isLoopback(host),
    });
  const plane = await createNodeControlPlane({
    dataDir,
    host,
    port,
    shards,
    retentionMs,
    syncsPerSecond,
    deltaBytes,
  });
  try {
    if (options.renewInstance) {
      print(`Instance ${await plane.fleet.renewInstance('local')} has begun: agents take desired state anew`);
      await plane.coordinator.drive();
    }
    print(`The control plane is at ${plane.url}`);
    // With a bootstrap file the link is in there, and not in a log.
    if (options.bootstrap === undefined)
      print(`Console, once: ${plane.url}/#login=${await plane.loginCode()}`);
    if (!stopped.signal.aborted) await once(stopped.signal, 'abort');
  } finally {
    await plane.close();
  }
  print('The control plane has ended.');
}

// The bootstrap file names the port before the server listens.
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new SkerryError('failed', `can't listen on ${host}: ${reasonOf(cause)}`, {
      hint: 'give an address of this machine with --host',
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function urlOf(host: string, port: number): string {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  return `http://${everywhere[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
