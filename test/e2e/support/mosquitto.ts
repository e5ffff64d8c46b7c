/** mosquitto as the broker that is there already. */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectMqtt } from './mqtt.ts';
import { type Program, watchChild } from './program.ts';
import { until } from './until.ts';

const BINARY = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/usr/bin/mosquitto'].find(existsSync);

/** Why tests with it are skipped; undefined where it is installed. */
export const missingMosquitto = BINARY ? undefined : 'skipped: apt-get install mosquitto';

/** Starts it on a port, with what it keeps in `folder`; a later start there finds its sessions again. */
export async function startMosquitto(folder: string, port: number): Promise<Program> {
  const config = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 10000',
    'persistence true',
    `persistence_location ${folder}/`,
    // As root it would become the user mosquitto, who may not write there.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const broker = watchChild(spawn(BINARY!, ['-c', config], { stdio: ['ignore', 'pipe', 'pipe'] }));
  await until('mosquitto to answer', async () => {
    if (!broker.running) throw new Error(`mosquitto ended: ${broker.stderr}`);
    const client = await connectMqtt(`mqtt://127.0.0.1:${port}`).catch(() => undefined);
    await client?.endAsync();
    return client;
  });
  return broker;
}
