/** The agent as a client of mosquitto, a broker that is there already. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { CATALOG } from './support/control-plane.ts';
import { missingMosquitto, startMosquitto } from './support/mosquitto.ts';
import { type Listener, listen } from './support/mqtt.ts';
import { freePorts } from './support/ports.ts';
import { type Program, runProgram } from './support/program.ts';
import { closedWindows, writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const title = missingMosquitto ? `an outside broker (${missingMosquitto})` : 'an outside broker';

describe.skipIf(missingMosquitto)(title, () => {
  const folder = scratchFolder();
  let url: string;
  let port: number;
  let broker: Program;
  let agent: AgentProcess;
  let listener: Listener;

  const replay = (file: string, device: string) =>
    runProgram('skerry-sim', [
      ...['replay', file, '--mqtt', url, '--topic', 'plant/hall/pump/{device}/telemetry'],
      ...['--device', device, '--qos', '1', '--speed', 'max', '--json'],
    ]);

  const heard = (device: string) => listener.on('result').filter(({ body }) => body.device === device);

  beforeAll(async () => {
    port = (await freePorts(1))[0]!;
    url = `mqtt://127.0.0.1:${port}`;
    broker = await startMosquitto(folder, port);
    agent = await AgentProcess.create(folder, 'gateway-2', {
      trust: { allowUnsigned: true },
      mqtt: { connect: { url, clientId: 'gateway-2' } },
      pipelines: [pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`)],
    });
    await agent.start();
    listener = await listen(url);
  });

  afterAll(async () => {
    await listener?.end();
    await agent?.stop();
    await broker?.stop();
  });

  test('readings come from it, results and alerts go back to it', async () => {
    await until('the status', () => listener.on('status').find(({ body }) => body.status === 'online'));
    const file = join(folder, 'faulty.csv');
    const { rows } = writePumpRecording(file, { seed: 3, minutes: 10, cavitatesAtS: 300 });
    expect(JSON.parse((await replay(file, 'pump-1')).stdout)).toMatchObject({ acknowledged: rows });
    await until('every result', () => heard('pump-1').length >= closedWindows(rows));
    const alert = await until('the alert', () => listener.on('alert')[0]);
    expect(alert.topic).toBe('skerry/v1/gateway-2/pump/pump-1/alert');
    expect(alert.body).toMatchObject({
      state: 'open',
      attribution: [{ channel: 'vibration' }, {}, {}, {}, {}],
    });
  });

  test('what is published at QoS 1 while the agent is down arrives later, over a restart of the broker too', async () => {
    await agent.stop();
    await until('the status', () => listener.on('status').at(-1)?.body.status === 'offline');
    const file = join(folder, 'meanwhile.csv');
    const { rows } = writePumpRecording(file, { seed: 4, minutes: 10 });
    await replay(file, 'pump-2');
    await broker.stop();
    broker = await startMosquitto(folder, port);
    await agent.start();
    await until('every result', () => heard('pump-2').length >= closedWindows(rows));
    expect((await agent.pipeline('pump')).samples.rejected).toEqual({});
  });

  test('an agent that dies is said to be offline by its last will, and what it had not acknowledged comes again', async () => {
    const file = join(folder, 'kill.csv');
    const { rows } = writePumpRecording(file, { seed: 6, minutes: 60 });
    const replayed = replay(file, 'pump-3');
    await until('the first results', () => heard('pump-3').length > 20);
    await agent.kill();
    await until('the last will', () => listener.on('status').at(-1)?.body.status === 'offline');
    await replayed;
    await agent.start();
    const { samples } = await until('every sample', async () => {
      const pump = await agent.pipeline('pump');
      const rejected = Object.values(pump.samples.rejected).reduce((sum, n) => sum + n, 0);
      return pump.samples.received - rejected >= 2 * 1_200 + rows && pump;
    });
    const repeated = (samples.rejected.duplicate ?? 0) + (samples.rejected.late ?? 0);
    expect(samples.received - repeated).toBe(2 * 1_200 + rows);
    const windows = 2 * closedWindows(1_200) + closedWindows(rows);
    await until('every window', async () => (await agent.pipeline('pump')).windows >= windows);
  });
});
