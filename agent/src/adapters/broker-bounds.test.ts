import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { DEFAULT_BOUNDS } from './broker-bounds.ts';
import {
  arrivals,
  broker,
  client,
  closed,
  connectAs,
  open,
  pending,
  rawSocket,
  roundTrip,
  start,
  until,
} from './test-broker.ts';

test('what is kept for an absent subscriber, and as retained, is bounded and counted', async () => {
  const { publisher, stats } = await start({
    bounds: { ...DEFAULT_BOUNDS, maxRetained: 2, maxRetainedBytes: 1000, maxQueuedPerClient: 3 },
  });
  const absent = await client({ clientId: 'screen', clean: false });
  await absent.subscribeAsync('q/#', { qos: 1 });
  await absent.endAsync();
  await until(() => stats().connections === 0);
  for (let i = 0; i < 5; i++) {
    const payload = Buffer.from(String(i));
    publisher.publish({ topic: `q/${i}`, payload, qos: 1, retain: false });
    publisher.publish({ topic: `r/${i}`, payload, qos: 0, retain: true });
  }
  const back = mqtt.connect({
    host: '127.0.0.1',
    port: broker!.port,
    protocolVersion: 4,
    clientId: 'screen',
    clean: false,
    reconnectPeriod: 0,
  });
  open.push(back);
  const seen: string[] = [];
  await new Promise<void>((resolve) =>
    back.on('message', (topic) => {
      seen.push(topic);
      if (seen.length === 3) resolve();
    }),
  );
  expect(seen).toEqual(['q/0', 'q/1', 'q/2']);
  expect(stats()).toMatchObject({ retainedDropped: 3, queuedDropped: 2 });
  const late = await client();
  const kept: string[] = [];
  const both = new Promise<void>((resolve) =>
    late.on('message', (topic) => {
      kept.push(topic);
      if (kept.length === 2) resolve();
    }),
  );
  await late.subscribeAsync('r/+');
  await both;
  await roundTrip(late);
  expect(kept.sort()).toEqual(['r/0', 'r/1']);
});

test('a client has so many subscriptions, the broker so many kept sessions, and no more', async () => {
  const { stats } = await start({
    bounds: { ...DEFAULT_BOUNDS, maxSubscriptionsPerClient: 2, maxSessions: 1 },
  });
  const screen = await client();
  await screen.subscribeAsync(['a', 'b']);
  await screen.subscribeAsync('a');
  await expect(screen.subscribeAsync('c')).rejects.toThrow();
  await screen.unsubscribeAsync('a');
  await screen.subscribeAsync('c');
  const kept = await client({ clientId: 'kept', clean: false });
  await kept.subscribeAsync('x', { qos: 1 });
  await kept.subscribeAsync('y', { qos: 1 });
  const further = await client({ clientId: 'further', clean: false });
  const gone = closed(further);
  further.subscribe('x', { qos: 1 });
  await gone;
  expect(stats().subscriptionsRefused).toBe(2);
});

test('topic filters, last wills and open QoS 2 messages have their bounds over all clients', async () => {
  const { stats } = await start({
    bounds: { ...DEFAULT_BOUNDS, maxSubscriptionBytes: 3_000, maxWillBytes: 3_000, maxQos2InFlight: 2 },
  });
  const long = 'a'.repeat(2_000);
  const will = { topic: 'gone', payload: Buffer.alloc(2_000), qos: 0 as const, retain: false };
  const first = await client({ will });
  await first.subscribeAsync(long);
  const second = await client();
  await expect(second.subscribeAsync(`b${long}`)).rejects.toThrow();
  await expect(client({ will })).rejects.toThrow();
  await first.endAsync();
  await until(() => stats().connections === 1);
  // What a client held is free again once it is gone.
  await client({ will });
  await second.subscribeAsync(`b${long}`);
  expect(stats()).toMatchObject({ subscriptionsRefused: 1, willsRefused: 1 });

  const publish2 = (id: number): number[] => [0x34, 6, 0, 1, 0x61, 0, id, 0x78];
  const opener = rawSocket([...connectAs('q'), ...publish2(1), ...publish2(2)]);
  await arrivals(2);
  for (const { done } of pending) done();
  await new Promise((resolve) => opener.once('data', resolve));
  opener.write(Buffer.from([...publish2(2), ...publish2(3)]));
  await arrivals(4);
  const gone = closed(opener);
  for (const { done } of pending.slice(2)) done();
  await gone;
  expect(stats().qos2Refused).toBe(1);
});
