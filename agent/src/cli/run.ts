import { messageOf } from '@skerry/proto/errors';
import { print } from '@skerry/proto/node/program';
import { stderrLog } from '../adapters/log.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { LogLevel, Ports } from '../ports.ts';
import { startHost } from './compose.ts';
import { loadConfig } from './config-file.ts';
import { localUrl } from './status.ts';

interface RunOptions {
  config: string;
  logLevel: LogLevel;
}

/** `skerry-agent run`: until SIGINT or SIGTERM; throws, for the supervisor, where processing can't go on. */
export function run(options: RunOptions): Promise<void> {
  return runOver(options, {});
}

/** The same with some ports other than the machine's own: what tests of the whole process have to change. */
export async function runOver(
  options: RunOptions,
  ports: Partial<Pick<Ports, 'backends' | 'clock' | 'crashPoint'>>,
): Promise<void> {
  const loaded = await loadConfig(options.config);
  const log = stderrLog(systemClock, options.logLevel);
  let stop: (fatal: unknown) => void = () => undefined;
  const stopped = new Promise<unknown>((resolve) => {
    stop = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(undefined));
  const host = await startHost(loaded, log, stop, ports);
  const { mqtt, local } = loaded.config;
  const where = host.mqttPort === undefined ? '' : `, MQTT on ${mqtt.listen?.host}:${host.mqttPort}`;
  const overWs = host.wsPort === undefined ? '' : ` and over WebSocket on ${host.wsPort}`;
  print(
    `${loaded.agentId} runs: its page is ${localUrl({ ...local.listen, port: host.localPort })}${where}${overWs}`,
  );
  const fatal = await stopped;
  await host.close().catch((error: unknown) => {
    log('error', 'agent', `ending failed: ${messageOf(error)}`);
    if (fatal === undefined) throw error;
  });
  if (fatal !== undefined) throw fatal;
}
