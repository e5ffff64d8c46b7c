import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BrokerOptions, startEmbeddedBroker } from './broker-aedes.ts';
import { hashPassword } from './mqtt-users.ts';
import {
  arrivals,
  broker,
  client,
  closed,
  connectAs,
  pending,
  publish1,
  rawSocket,
  roundTrip,
  start,
  until,
} from './test-broker.ts';

test('PUBACK leaves only once the message is taken, and the packets of one read wait together', async () => {
  await start();
  const device = await client({ clientId: 'press-7' });
  const acknowledged: number[] = [];
  const publishes = Array.from({ length: 20 }, (_, i) =>
    device
      .publishAsync(`plant/1/press/7/telemetry`, `{"n":${i}}`, { qos: 1 })
      .then(() => acknowledged.push(i)),
  );
  await arrivals(20);
  expect(acknowledged).toEqual([]);
  expect(pending[3]?.message).toMatchObject({
    topic: 'plant/1/press/7/telemetry',
    qos: 1,
    dup: false,
    retain: false,
    clientId: 'press-7',
  });
  expect(Buffer.from(pending[3]!.message.payload).toString()).toBe('{"n":3}');
  for (const { done } of pending) done();
  await Promise.all(publishes);
  expect(acknowledged).toHaveLength(20);
});

test('a message that is refused is not acknowledged: its connection closes, others go on', async () => {
  await start();
  const [bad, good] = [await client(), await client()];
  const badClosed = closed(bad);
  let acknowledged = false;
  bad.publish('a', 'x', { qos: 1 }, (error) => {
    acknowledged = !error;
  });
  await arrivals(1);
  pending[0]!.done(new Error('the disk is full'));
  await badClosed;
  expect(acknowledged).toBe(false);
  const published = good.publishAsync('a', 'y', { qos: 1 });
  await arrivals(2);
  pending[1]!.done();
  await published;
});

test('subscribers get a message after it was taken, and what the agent publishes without ingesting it', async () => {
  const { publisher } = await start();
  const device = await client();
  const screen = await client();
  const seen: string[] = [];
  await screen.subscribeAsync('#', { qos: 1 });
  const both = new Promise<void>((resolve) =>
    screen.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString()}`);
      if (seen.length === 2) resolve();
    }),
  );
  const published = device.publishAsync('plant/x', '1', { qos: 1 });
  await arrivals(1);
  await roundTrip(screen);
  expect(seen).toEqual([]);
  pending[0]!.done();
  await published;
  publisher.publish({
    topic: 'skerry/v1/gw/p/d/result',
    payload: Buffer.from('{}'),
    qos: 1,
    retain: false,
  });
  await both;
  expect(seen).toEqual(['plant/x 1', 'skerry/v1/gw/p/d/result {}']);
  expect(pending).toHaveLength(1);
});

test("what is the agent's or the broker's own is not for clients to publish on", async () => {
  await start();
  for (const topic of ['skerry/v1/gw/p/d/alert', 'skerry/v1', '$SYS/broker']) {
    const intruder = await client();
    const gone = closed(intruder);
    intruder.publish(topic, 'x', { qos: 1 });
    await gone;
  }
  expect(pending).toEqual([]);
  expect(broker!.stats().reservedTopic).toBe(3);
});

test('a last will is a message like any other', async () => {
  await start();
  const device = await client({
    will: { topic: 'plant/x/status', payload: Buffer.from('gone'), qos: 1, retain: false },
  });
  device.stream.destroy();
  await arrivals(1);
  expect(pending[0]?.message).toMatchObject({ topic: 'plant/x/status' });
});

test('256 MB announced before CONNECT closes the connection at once and is counted', async () => {
  await start();
  await closed(rawSocket([0x10, 0xff, 0xff, 0xff, 0x7f]));
  expect(broker!.stats().refused.tooLarge).toBe(1);
});

test('a PUBLISH over the limit closes its connection before it is read, and reaches nobody', async () => {
  await start();
  const device = await client();
  const gone = closed(device);
  device.publish('plant/x', Buffer.alloc(65 * 1024), { qos: 0 });
  await gone;
  expect(broker!.stats().refused.tooLarge).toBe(1);
  expect(pending).toEqual([]);
});

test('the PUBACKs of one commit leave in one write', async () => {
  await start();
  const device = rawSocket([
    ...connectAs('a'),
    ...Array.from({ length: 100 }, (_, i) => publish1(i + 1)).flat(),
  ]);
  const chunks: Buffer[] = [];
  device.on('data', (chunk: Buffer) => chunks.push(chunk));
  await arrivals(100);
  chunks.length = 0;
  const answered = new Promise((resolve) => device.once('data', resolve));
  for (const { done } of pending) done();
  await answered;
  expect(chunks.map((chunk) => chunk.length)).toEqual([400]);
});

test('while too much waits for its commit nobody is read from; then everybody is, in turn', async () => {
  await start({ maxUncommitted: 3 });
  const devices = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((clientId) => client({ clientId })));
  const published = devices.slice(0, 3).map((device) => device.publishAsync('x', '1', { qos: 1 }));
  await arrivals(3);
  published.push(...devices.slice(3).map((device) => device.publishAsync('y', '1', { qos: 1 })));
  await until(() => broker!.stats().held === 2);
  expect(pending).toHaveLength(3);
  pending[0]!.done();
  pending[1]!.done();
  await arrivals(5);
  expect(pending.slice(3).map(({ message }) => message.clientId)).toEqual(['d', 'e']);
  for (const { done } of pending.slice(2)) done();
  await Promise.all(published);
  expect(broker!.stats().held).toBe(0);
});

test('bytes that wait for their commit are bounded as messages are', async () => {
  await start({ maxUncommittedBytes: 10_000 });
  const [one, other] = [await client(), await client()];
  const published = [one.publishAsync('x', Buffer.alloc(20_000), { qos: 1 })];
  await arrivals(1);
  published.push(other.publishAsync('y', '1', { qos: 1 }));
  await until(() => broker!.stats().held === 1);
  pending[0]!.done();
  await arrivals(2);
  pending[1]!.done();
  await Promise.all(published);
});

test('of packets that are begun and never end, the oldest is closed once they hold too much together', async () => {
  await start({ maxIncompleteBytes: 40_000 });
  const begin = (letter: string): Socket =>
    rawSocket([
      ...connectAs(letter),
      0x30,
      0xa0,
      0x9c,
      0x01,
      0,
      1,
      0x61,
      ...new Array<number>(15_000).fill(0x78),
    ]);
  const stalled = begin('a');
  await until(() => broker!.stats().connections === 1);
  const gone = closed(stalled);
  const later = begin('b');
  await until(() => broker!.stats().connections === 2);
  begin('c');
  await gone;
  expect(broker!.stats().refused.incomplete).toBe(1);
  later.write(Buffer.alloc(5_000 - 3, 'x'));
  await arrivals(1);
  expect(pending[0]!.message.payload).toHaveLength(19_997);
  expect(broker!.stats().refused.incomplete).toBe(1);
});

test('a connection that sends no CONNECT in time is closed', async () => {
  await start({ connectTimeoutMs: 20 });
  await closed(rawSocket([0x10]));
});

test('whoever speaks no MQTT is shown out', async () => {
  await start();
  await closed(rawSocket('GET / HTTP/1.1\r\n\r\n'));
  expect(broker!.stats().refused.malformed).toBe(1);
});

test('connections past the limit are refused and counted; those that are there stay', async () => {
  await start({ maxConnections: 2 });
  const first = await client();
  await client();
  await expect(client()).rejects.toThrow();
  expect(broker!.stats()).toMatchObject({ connections: 2, refused: { connections: 1 } });
  await roundTrip(first);
});

test('with a users file only a right name and password gets in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skerry-users-'));
  const users = join(folder, 'users.yaml');
  const hash = await hashPassword('geheim');
  await writeFile(users, `apiVersion: skerry/v1\nkind: Users\nusers:\n  press-7: ${hash}\n`);
  await start({}, { users });
  await client({ username: 'press-7', password: 'geheim' });
  await client({ username: 'press-7', password: 'geheim' });
  await expect(client({ username: 'press-7', password: 'falsch' })).rejects.toThrow(
    /Bad User Name|Bad username/i,
  );
  await expect(client({ username: 'nobody', password: 'geheim' })).rejects.toThrow(/Bad user/i);
  await expect(client()).rejects.toThrow(/Bad user/i);
  expect(broker!.stats().refused.unauthorized).toBe(3);
  await writeFile(users, 'apiVersion: skerry/v1\nkind: Users\nusers: { press-7: geheim }\n');
  await expect(
    startEmbeddedBroker({ ...minimal, listen: { host: '127.0.0.1', port: 0, users } }),
  ).rejects.toThrow(/users\.press-7.*scrypt/);
  await rm(folder, { recursive: true });
});

const minimal = {
  maxPacketBytes: 1024,
  maxConnections: 10,
  maxUncommitted: 10_000,
  maxUncommittedBytes: 16 * 1024 ** 2,
  maxIncompleteBytes: 16 * 1024 ** 2,
  connectTimeoutMs: 10_000,
  onPublish: () => undefined,
  log: () => undefined,
} satisfies Omit<BrokerOptions, 'listen'>;

test('a port in use is an error that names the option and the port', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await expect(
    startEmbeddedBroker({ ...minimal, listen: { host: '127.0.0.1', port } }),
  ).rejects.toMatchObject({
    code: 'conflict',
    message: `mqtt.listen.port ${port} on 127.0.0.1 is in use`,
  });
  other.close();
});

const openssl = process.env.OPENSSL ?? 'openssl';
test.skipIf(spawnSync(openssl, ['version']).status !== 0)(
  'over TLS clients find the certificate they trust, and a wrong key file is named',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skerry-tls-'));
    const [cert, key] = [join(folder, 'c.pem'), join(folder, 'k.pem')];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
    ];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    spawnSync(openssl, [...request, ...names, '-keyout', key, '-out', cert]);
    await start({}, { tls: { cert, key } });
    const device = await client({ protocol: 'mqtts', ca: await readFile(cert) });
    const published = device.publishAsync('plant/x', '1', { qos: 1 });
    await arrivals(1);
    pending[0]!.done();
    await published;
    await expect(client({ protocol: 'mqtts' })).rejects.toThrow(/self-signed/);
    await expect(
      startEmbeddedBroker({ ...minimal, listen: { host: '127.0.0.1', port: 0, tls: { cert, key: cert } } }),
    ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('mqtt.listen.tls') });
    await rm(folder, { recursive: true });
  },
);
