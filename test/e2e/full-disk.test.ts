/** A disk that is really full: a small file system in memory, which only root may mount. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { CATALOG } from './support/control-plane.ts';
import { connectMqtt } from './support/mqtt.ts';
import { runProgram } from './support/program.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const disk = join(folder, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0;
const title = mounted ? 'a full disk' : 'a full disk (skipped: only root may mount a small one)';

/** Fills the disk to its last byte. */
function fill(): string {
  const ballast = join(disk, 'ballast');
  const file = openSync(ballast, 'w');
  try {
    for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1)
      for (;;) if (writeOrFull(file, Buffer.alloc(bytes)) === 'full') break;
  } finally {
    closeSync(file);
  }
  return ballast;
}

function writeOrFull(file: number, bytes: Buffer): 'written' | 'full' {
  try {
    return writeSync(file, bytes) === bytes.length ? 'written' : 'full';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return 'full';
    throw error;
  }
}

describe.skipIf(!mounted)(title, () => {
  let agent: AgentProcess;
  let client: MqttClient;
  let acknowledged = 0;
  let sent = 0;
  const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;

  beforeAll(async () => {
    agent = await AgentProcess.create(disk, 'gateway-5', {
      trust: { allowUnsigned: true },
      pipelines: [pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`)],
      buffer: { maxBytes: '2MiB' },
    });
    await agent.start();
    client = await connectMqtt(agent.mqttUrl);
  });

  afterAll(async () => {
    await client?.endAsync(true);
    await agent?.stop();
    if (mounted) spawnSync('umount', [disk]);
  });

  /** Publishes so many readings on, without waiting. */
  function publish(count: number): Promise<unknown> {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const reading = { flow: 45, suction: 0.93, discharge: 3.7, current: 10, vibration: 1.9 };
        const body = JSON.stringify({ ts: startMs + 500 * sent++, ...reading });
        await client.publishAsync('plant/hall/pump/pump-1/telemetry', body, { qos: 1 });
        acknowledged++;
      }),
    );
  }

  test('nothing is acknowledged while nothing can be stored, and all of it once there is space', async () => {
    await publish(200);
    expect(acknowledged).toBe(200);
    const ballast = fill();
    // The database may still write into the pages that it has.
    const published = publish(1_000);
    await until('the agent to say so', async () =>
      (await agent.status()).notices.find((notice) => /the disk refuses: .*no space left/.test(notice)),
    );
    const stalled = acknowledged;
    expect(stalled).toBeLessThan(1_200);
    await until('further attempts', () => agent.log.split('trying again in').length > 4);
    expect(acknowledged).toBe(stalled);
    expect(agent.running).toBe(true);

    rmSync(ballast);
    await published;
    expect(acknowledged).toBe(1_200);
    await until('what is wrong to be over', async () => (await agent.status()).notices.length === 0);
  });

  test('nothing that was acknowledged is missing, after a kill as well', async () => {
    await agent.kill();
    await agent.start();
    const { samples } = await agent.pipeline('pump');
    expect(samples).toMatchObject({ received: 1_200, rejected: {} });
    expect(samples.open + samples.used + samples.gap + samples.skipped).toBe(1_200);
    const verify = await runProgram('skerry-agent', ['outbox', 'verify', '-c', agent.configFile]);
    expect(verify).toMatchObject({ code: 0 });
  });
});
