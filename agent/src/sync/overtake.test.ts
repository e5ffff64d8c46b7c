import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decode, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import type { SyncSettings } from './settings.ts';
import { PROTOBUF, setUp } from './test-loop.ts';
import { TestWorld } from './test-world.ts';

describe('an alert', () => {
  /** A link that carries so many bytes a second; a request that is broken off has reached nobody. */
  function overLink(bytesPerSecond: number, settings: Partial<SyncSettings> = {}) {
    const sent: { lanes: string; atMs: number; doneMs: number }[] = [];
    const world = new TestWorld();
    const set = setUp(nodeCrypto, {
      ...world,
      settings,
      transport: async (request) => {
        const body = new Uint8Array(await request.arrayBuffer());
        const atMs = world.monoMs;
        const lanes = (decode(v1.SyncRequest, body).blocks ?? []).map(({ lane }) => lane);
        await new Promise<void>((resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason));
          world.timers.after((1000 * body.length) / bytesPerSecond, resolve);
        });
        sent.push({ lanes: [...new Set(lanes)].join(), atMs, doneMs: world.monoMs });
        return new Response(set.server.answer(body) as Uint8Array<ArrayBuffer>, PROTOBUF);
      },
    });
    return { ...set, world, sent };
  }
  const alertAt = (sent: { lanes: string; doneMs: number }[], fromMs: number) =>
    sent.find(({ lanes, doneMs }) => doneMs > fromMs && lanes.includes('1'))!.doneMs;

  test('that opens during a backfill goes out within seconds, on a slow link too', async () => {
    const { outbox, loop, world, sent } = overLink(20_000);
    outbox.add('result', 2_000);
    loop.start();
    await world.pass(30_000);
    outbox.add('alert');
    loop.notify();
    await world.pass(20_000);
    expect(alertAt(sent, 30_000) - 30_000).toBeLessThan(7_000);
    await world.pass(100_000);
    expect(outbox.held).toEqual({ alert: [], result: [] });
  });

  test('breaks off results that a link just gone slow would hold it behind, and goes alone', async () => {
    const { outbox, loop, world, sent } = overLink(1_000);
    outbox.add('result', 300);
    loop.start();
    await world.pass(1_000);
    outbox.add('alert');
    loop.notify();
    await world.pass(10_000);
    expect(sent[1]).toMatchObject({ lanes: '1', atMs: 6_000 });
    expect(sent[1]!.doneMs).toBeLessThan(8_000);
    expect(loop.status()).toMatchObject({ circuit: 'closed', failuresInARow: 0, outcomes: { overtaken: 1 } });
  });

  test('and results get through a link on which the first request would outlast its timeout', async () => {
    const { outbox, loop, world } = overLink(1_200, { startRequestBytes: 1024 * 1024 });
    outbox.add('result', 1_000);
    loop.start();
    await world.pass(3_600_000);
    expect(loop.status().outcomes.unreachable).toBeGreaterThan(0);
    expect(outbox.held.result).toEqual([]);
  });

  test('every few seconds does not keep results from getting through', async () => {
    const { outbox, loop, world } = overLink(4_000);
    outbox.add('result', 300);
    loop.start();
    for (let i = 0; i < 200; i++) {
      outbox.add('alert');
      loop.notify();
      await world.pass(2_000);
    }
    expect(outbox.held.result).toEqual([]);
    expect(outbox.held.alert.length).toBeLessThan(20);
  });
});
