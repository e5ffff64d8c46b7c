import { describe, expect, test } from 'vitest';
import { parseAgentConfig } from '../config.ts';
import { runtimeOf } from './facts.ts';
import { fitConfig } from './fit-config.ts';

const PAGE = {
  apiVersion: 'skerry/v1',
  kind: 'Agent',
  agent: { id: 'page-1' },
  controlPlane: { url: 'https://control.example.com' },
  mqtt: { connect: { url: 'wss://gateway:9001' } },
  pipelines: [{ name: 'p', release: 'press', source: { topics: ['a/b'], channels: { v: 'v' } } }],
};
const fit = (change: Record<string, unknown>) =>
  fitConfig(parseAgentConfig(JSON.stringify({ ...PAGE, ...change }), 'agent.yaml', {}));

test('a page passes over native, and its commits are as durable as the browser makes them', () => {
  const { config, agentId, connect } = fit({ buffer: { durability: 'fsync' } });
  expect(config.inference.backends).toEqual(['webgpu', 'wasm']);
  expect(config.buffer.durability).toBe('os');
  expect([agentId, connect.url]).toEqual(['page-1', 'wss://gateway:9001']);
});

describe('what a page cannot do is refused by name', () => {
  test.each([
    ['agent.id', { agent: {} }],
    ['mqtt.listen', { mqtt: { listen: {}, ...PAGE.mqtt } }],
    ['mqtt.connect.url', { mqtt: { connect: { url: 'mqtt://gateway' } } }],
    ['mqtt.connect.ca', { mqtt: { connect: { url: 'wss://gateway', ca: 'ca.pem' } } }],
    ['pipelines', { pipelines: [{ ...PAGE.pipelines[0], release: 'file:press' }] }],
    ['controlPlane.metered', { controlPlane: { ...PAGE.controlPlane, metered: {} } }],
    ['trust.root', { trust: { root: 'root.json' } }],
    ['inference.backends', { inference: { backends: ['native'] } }],
  ])('%s', (key, change) => {
    expect(() => fit(change)).toThrow(`agent.yaml doesn't fit a page:\n${key}`);
  });

  test('all of it at once', () => {
    expect(() => fit({ agent: {}, mqtt: { listen: {} } })).toThrow(
      /agent\.id.*mqtt\.listen.*mqtt\.connect\.url/s,
    );
  });
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'chrome 156',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'firefox 140'],
  [
    'Mozilla/5.0 (iPad; CPU OS 19_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'safari 19',
  ],
  ['curl/8', 'browser'],
])('the runtime of %s is %s', (userAgent, runtime) => {
  expect(runtimeOf(userAgent)).toBe(runtime);
});
