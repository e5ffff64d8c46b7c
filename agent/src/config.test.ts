// agent.yaml: what is filled in, and how a wrong file is refused.
import { readFileSync } from 'node:fs';
import { SkerryError } from '@skerry/proto/errors';
import { expect, test } from 'vitest';
import { parseAgentConfig } from './config.ts';

const SMALLEST = `
apiVersion: skerry/v1
kind: Agent
agent: {}
mqtt: { listen: {} }
pipelines:
  - name: press
    release: file:releases/press
    source: { topics: ["plant/+/telemetry"], channels: { vibration: vib.rms } }
`;

const parse = (text: string, env: Record<string, string> = {}) => parseAgentConfig(text, 'agent.yaml', env);

/** The lines of a refusal, without the file's name and the hint. */
function problems(text: string, env: Record<string, string> = {}): string[] {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof SkerryError && error.code === 'invalid')
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

test('what is left out has the documented defaults', () => {
  const config = parse(SMALLEST);
  expect(config).toMatchObject({
    agent: { labels: {} },
    mqtt: { listen: { host: '127.0.0.1', port: 1883 } },
    trust: { allowUnsigned: false },
    buffer: {
      maxBytes: 512 * 1024 ** 2,
      maxAge: 30 * 86_400_000,
      whenFull: 'degrade',
      durability: 'fsync',
    },
    inference: {
      backends: ['native', 'webgpu', 'wasm'],
      maxMemory: 512 * 1024 ** 2,
      choose: 'fastest',
      workerAbove: 10,
    },
    local: { listen: { host: '127.0.0.1', port: 7080 } },
  });
  expect(config.pipelines[0]).toMatchObject({
    release: { kind: 'file', directory: 'releases/press' },
    source: { codec: 'json', maxFuture: 5_000 },
    publish: { results: true, alerts: true },
    actions: [],
  });
  expect(config.pipelines[0]!.source.time).toBeUndefined();
});

test('the example of the documentation is taken as it stands', () => {
  const config = parse(
    `
apiVersion: skerry/v1
kind: Agent
agent:
  id: oslo-gw1
  labels: { site: oslo, line: press-3 }
  data: /var/lib/skerry
controlPlane:
  url: https://control.example.com
  enrollToken: \${SKERRY_ENROLL_TOKEN}
mqtt:
  listen: { host: 127.0.0.1, port: 1883, users: users.yaml, tls: { cert: c.pem, key: k.pem } }
  connect: { url: mqtts://broker:8883, clientId: oslo-gw1, ca: ca.pem, username: u, password: \${PW} }
pipelines:
  - name: press-vibration
    release: press-vibration@1.2.0
    source:
      topics: ["plant/+/press/+/telemetry"]
      device: "{topic[1]}-{topic[3]}"
      codec: json
      time: { field: ts, unit: ms }
      channels: { vibration: vib.rms, temperature: temp_c }
    publish: { results: true, alerts: true }
    actions: []
buffer: { maxBytes: 512MiB, maxAge: 30d, whenFull: degrade, durability: fsync }
inference: { backends: [native, webgpu, wasm], maxMemory: 512MiB }
local: { listen: 127.0.0.1:7080 }
`,
    { SKERRY_ENROLL_TOKEN: 'secret', PW: 'pass' },
  );
  expect(config.controlPlane?.enrollToken).toBe('secret');
  expect(config.mqtt.connect?.password).toBe('pass');
  expect(config.pipelines[0]!.release).toEqual({ kind: 'pinned', name: 'press-vibration', version: '1.2.0' });
});

test('every error is named at once, with its path, its line and what was expected', () => {
  expect(
    problems(`apiVersion: skerry/v1
kind: Agent
agent: { id: "a b" }
mqtt: { listen: { port: null } }
pipelines:
  - name: p
    release: file:x
    sauce: 1
    source: { topics: ["a/#/b"], channels: {}, codec: xml }
buffer: { maxBytes: 5MB, maxAge: soon, whenFull: explode }
local: { listen: 7080 }
`),
  ).toEqual([
    'line 3: agent.id: expected 1 to 64 of A-Z a-z 0-9 . _ -',
    'line 4: mqtt.listen.port: invalid input',
    'line 9: pipelines[0].source.topics[0]: expected an MQTT topic filter: + for one level, # only at the end',
    'line 9: pipelines[0].source.codec: invalid option: expected one of "json"|"senml"|"cbor"|"senml+cbor"|"sparkplug-b"|"protobuf"|"csv"|"number"',
    "line 9: pipelines[0].source.channels: expected at least one of the release's channels, for example { temperature: temp_c }",
    'line 8: pipelines[0].sauce: not a key here; remove it or correct its spelling',
    'line 10: buffer.maxBytes: "5MB" is no size; write a number and a unit (B, KiB, MiB, GiB), for example 512MiB',
    'line 10: buffer.maxAge: "soon" is no duration; write a number and a unit (ms, s, m, h, d), for example 30s',
    'line 10: buffer.whenFull: invalid option: expected one of "degrade"|"drop-oldest"|"reject-new"|"block"',
    'line 11: local.listen: invalid input: expected string, received number',
  ]);
});

test.each([
  ['a port that is none', 'listen: { port: 70000 }', 'mqtt.listen.port: expected a port, 0 to 65535'],
  ['an empty port', 'listen: { port: "" }', 'mqtt.listen.port: expected a port, 0 to 65535'],
  ['no broker at all', '', 'mqtt: expected listen (the embedded broker), connect'],
  ['a broker by another protocol', 'connect: { url: "http://broker" }', 'mqtt.connect.url: '],
])('%s is refused', (_, mqtt, expected) => {
  expect(problems(SMALLEST.replace('listen: {}', mqtt)).join()).toContain(expected);
});

test.each([
  ['two pipelines of one name', SMALLEST + SMALLEST.split('pipelines:')[1], 'pipeline "press" stands twice'],
  [
    'a managed release without a control plane',
    SMALLEST.replace('file:releases/press', 'press'),
    'expected file:DIRECTORY, since neither controlPlane nor trust.root is configured',
  ],
  [
    "the agent's own topics as a source",
    SMALLEST.replace('plant/+/telemetry', 'skerry/v1/#'),
    'it is never ingested',
  ],
  ['a buffer that holds nothing', `${SMALLEST}buffer: { maxBytes: 1B }`, 'expected at least 32KiB'],
  ['a variable that is not set', SMALLEST.replace('{}', '{ id: "${NOBODY}" }'), 'NOBODY is not set'],
])('%s is refused', (_, text, expected) => {
  expect(problems(text).join()).toContain(expected);
});

test('a port may come from the environment', () => {
  const text = SMALLEST.replace('listen: {}', 'listen: { port: "${PORT}" }');
  expect(parse(text, { PORT: '1884' }).mqtt.listen?.port).toBe(1884);
});

test('the examples are valid', () => {
  const env = {
    SKERRY_AGENT_DATA: '/tmp/x',
    SKERRY_CONTROL_URL: 'http://127.0.0.1:7070',
    SKERRY_ENROLL_TOKEN: 'x',
    SKERRY_MQTT_PORT: '1883',
    SKERRY_AGENT_PORT: '7080',
  };
  for (const example of ['site', 'univariate'])
    parse(readFileSync(new URL(`../examples/${example}.yaml`, import.meta.url), 'utf8'), env);
});
