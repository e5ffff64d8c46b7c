/** Every configuration under agent/examples runs, and so do the commands that its comments name. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CATALOG, type ResultJson } from './support/control-plane.ts';
import { missingMosquitto, startMosquitto } from './support/mosquitto.ts';
import { connectMqtt, listen } from './support/mqtt.ts';
import { freePorts } from './support/ports.ts';
import { type Program, ROOT, runProgram, startProgram } from './support/program.ts';
import { closedWindows, writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const EXAMPLES = join(ROOT, 'agent/examples');
const started: Program[] = [];
let mqttPort = 0;
let outsidePort = 0;

/** Examples by name, as files on ports that are free here. */
const files = new Map<string, { file: string; localUrl: string; env: Record<string, string> }>();

beforeAll(async () => {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'));
  const [broker, outside, ownBroker, nobody, ...localPorts] = await freePorts(4 + names.length);
  [mqttPort, outsidePort] = [broker!, outside!];
  names.forEach((name, i) => {
    const localPort = localPorts[i]!;
    const file = join(folder, name);
    const local = `local: { listen: "127.0.0.1:${localPort}" }\n`;
    const text = readFileSync(join(EXAMPLES, name), 'utf8')
      .replaceAll('1883', `${name === 'outside-broker.yaml' ? outsidePort : mqttPort}`)
      .replaceAll('file:../..', `file:${ROOT}`);
    writeFileSync(file, text.includes('\nlocal:') ? text : `${text}\n${local}`);
    const env = {
      SKERRY_AGENT_DATA: join(folder, `data-${name}`),
      SKERRY_CONTROL_URL: `http://127.0.0.1:${nobody}`,
      SKERRY_ENROLL_TOKEN: 'ske_none',
      SKERRY_MQTT_PORT: `${ownBroker}`,
      SKERRY_AGENT_PORT: `${localPort}`,
    };
    files.set(name, { file, localUrl: `http://127.0.0.1:${localPort}`, env });
  });
});

afterAll(async () => {
  await Promise.all(started.map((program) => program.stop()));
});

async function run(name: string): Promise<string> {
  const { file, localUrl, env } = files.get(name)!;
  const program = startProgram('skerry-agent', ['run', '-c', file], { cwd: folder, env });
  started.push(program);
  await program.printed(/ runs: its page is /);
  return localUrl;
}

test('check finds nothing wrong with any example', async () => {
  expect([...files.keys()].sort()).toEqual(['outside-broker.yaml', 'site.yaml', 'univariate.yaml']);
  for (const [name, { file, env }] of files) {
    const { code, stdout } = await runProgram('skerry-agent', ['check', '-c', file, '--json'], {
      cwd: folder,
      env,
    });
    const checks = JSON.parse(stdout) as { what: string; ok: boolean }[];
    expect({ name, code, failed: checks.filter(({ ok }) => !ok) }).toEqual({ name, code: 0, failed: [] });
  }
});

test('univariate.yaml gives a score per sample', async () => {
  await run('univariate.yaml');
  const url = `mqtt://127.0.0.1:${mqttPort}`;
  const listener = await listen(url);
  const client = await connectMqtt(url);
  const startMs = Date.now() - 300_000;
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => {
      const body = { ts: startMs + 1_000 * i, value: i === 280 ? 50 : Math.sin(i / 5) };
      return client.publishAsync('sensors/tank-7/value', JSON.stringify(body), { qos: 1 });
    }),
  );
  await until('a result for each sample', () => listener.on('result').length === 300);
  const alert = await until('an alert for the jump', () => listener.on('alert')[0]);
  expect(alert.body).toMatchObject({ device: 'tank-7', state: 'open' });
  await client.endAsync();
  await listener.end();
});

const outsideTitle = 'outside-broker.yaml takes its readings from a broker that is there';
test.skipIf(missingMosquitto)(
  missingMosquitto ? `${outsideTitle} (${missingMosquitto})` : outsideTitle,
  async () => {
    started.push(await startMosquitto(folder, outsidePort));
    const url = `mqtt://127.0.0.1:${outsidePort}`;
    const listener = await listen(url);
    await run('outside-broker.yaml');
    // It says so once it has subscribed; what is published before is nobody's.
    await until('it to be online', () => listener.on('status').find(({ body }) => body.status === 'online'));
    const recording = join(folder, 'pump.csv');
    const { rows } = writePumpRecording(recording, { seed: 2, minutes: 5 });
    await runProgram('skerry-sim', [
      ...['replay', recording, '--mqtt', url, '--speed', 'max'],
      ...['--topic', 'plant/hall/pump/{device}/telemetry', '--device', 'p1'],
    ]);
    await until('results', () => listener.on('result').length >= closedWindows(rows));
    expect(listener.on('result')[0]!.body).toMatchObject({ device: 'hall-p1', pipeline: 'pump' });
    await listener.end();
  },
);

test('site.yaml starts with its control plane away, and says so', async () => {
  const localUrl = await run('site.yaml');
  const { code, stdout } = await runProgram('skerry-agent', ['status', '--url', localUrl, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    agent: 'demo-gateway',
    pipelines: [{ name: 'pump' }, { name: 'motor' }, { name: 'recording' }],
  });
  expect((JSON.parse(stdout) as { controlPlane: { state: string } }).controlPlane.state).not.toBe(
    'connected',
  );
});

test('backtest with univariate.yaml as it stands: one score per sample, the jump found', async () => {
  const recording = join(folder, 'tank.csv');
  const rows = Array.from({ length: 1_000 }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1) + 60_000 * i).toISOString().slice(0, 19).replace('T', ' ');
    return `${time},${i === 700 ? 50 : Math.sin(i / 5).toFixed(4)}`;
  });
  writeFileSync(recording, `timestamp,value\n${rows.join('\n')}\n`);
  const out = join(folder, 'results.ndjson');
  const { code, stdout, stderr } = await runProgram('skerry-agent', [
    ...['backtest', '-c', join(EXAMPLES, 'univariate.yaml'), '--pipeline', 'univariate'],
    ...['--input', recording, '--out', out, '--json'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ results: 1_000, counters: { received: 1_000 } });
  const results = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultJson);
  expect(results).toHaveLength(1_000);
  const highest = results.reduce((a, b) => (b.outputs.score! > a.outputs.score! ? b : a));
  expect(Date.parse(highest.to)).toBe(Date.UTC(2024, 0, 1) + 60_000 * 700);
  expect(highest.decision).toBe('alert');
});

test('infer runs a model of the catalogue on native and wasm, with the same answer', async () => {
  const inputs = join(folder, 'inputs.json');
  const data = Array.from({ length: 32 }, () => [45.5, 0.93, 3.68, 9.99, 1.92]).flat();
  writeFileSync(inputs, JSON.stringify({ window: { type: 'float32', dims: [1, 32, 5], data } }));
  const model = join(CATALOG, 'pump-anomaly/1.1.0/fp32.onnx');
  const scores: number[] = [];
  for (const backend of ['native', 'wasm']) {
    const args = ['infer', model, '--inputs', inputs, '--backend', backend, '--json'];
    const { code, stdout } = await runProgram('skerry-agent', args);
    expect(code).toBe(0);
    const { outputs } = JSON.parse(stdout) as { outputs: Record<string, { dims: number[]; data: number[] }> };
    expect(outputs.attribution!.dims).toEqual([1, 5]);
    scores.push(outputs.score!.data[0]!);
  }
  expect(scores[0]).toBeGreaterThan(0);
  expect(scores[1]! / scores[0]!).toBeCloseTo(1, 5);
});
