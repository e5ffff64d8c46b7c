import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { describe, expect, test } from 'vitest';
import { PROTOBUF, setUp } from './test-loop.ts';

const status =
  (code: number, headers = {}) =>
  () =>
    new Response('', { status: code, headers });

describe('delivery', () => {
  test('a lost response is repaired by sending again', async () => {
    const { outbox, server, script, loop, world } = setUp(nodeCrypto);
    outbox.add('result', 2);
    script.push(
      (ok) => ok(),
      async (ok) => {
        await ok();
        throw new Error('connection reset');
      },
    );
    loop.start();
    await world.pass(10_000);
    expect(server.received).toEqual(['2:1', '2:2', '2:1', '2:2']);
    expect(outbox.held.result).toEqual([]);
    expect(loop.status().outcomes).toMatchObject({ unreachable: 1, ok: 2 });
  });

  test('until somebody answers alerts go out and no results, at the start and after a failure; then all at once', async () => {
    const { outbox, server, script, loop, world } = setUp(nodeCrypto);
    outbox.add('result', 2);
    outbox.add('alert', 1);
    const offline = () => {
      throw new Error('no route to host');
    };
    const offered: number[] = [];
    const { pending } = outbox;
    outbox.pending = (lane, ...rest) => {
      if (lane === 'result') offered.push(world.monoMs);
      return pending.call(outbox, lane, ...rest);
    };
    script.push(...Array.from({ length: 5 }, () => offline));
    loop.start();
    await world.pass(10_000);
    expect(loop.status().outcomes.unreachable).toBeGreaterThan(3);
    expect(offered).toEqual([]);
    await world.pass(60_000);
    expect(server.received).toEqual(['1:1', '2:1', '2:2']);
    expect(offered).toHaveLength(1);
    outbox.add('result', 1);
    script.push(offline, offline);
    await world.pass(60_000);
    expect(server.received).toEqual(['1:1', '2:1', '2:2', '2:3']);
    // Once it was offered it is offered again: somebody may have it.
    expect(offered).toHaveLength(4);
  });

  test('a network that loses every other exchange holds up nothing', async () => {
    const { outbox, script, loop, world } = setUp(nodeCrypto);
    outbox.add('result', 100);
    const lost = () => Promise.reject(new Error('connection reset'));
    for (let i = 0; i < 200; i++) script.push((ok) => ok(), lost);
    loop.start();
    await world.pass(600_000);
    expect(outbox.held.result).toEqual([]);
  });

  test('a backlog goes out exchange after exchange without waiting, alerts first', async () => {
    const { outbox, server, loop, world } = setUp(nodeCrypto, { settings: { maxRequestBytes: 4_096 } });
    outbox.add('result', 10);
    outbox.add('alert', 1);
    loop.start();
    await world.pass(1);
    expect(outbox.held).toEqual({ alert: [], result: [] });
    expect(server.received[0]).toBe('1:1');
    expect(server.requests.length).toBeGreaterThan(2);
  });

  test('a server that acknowledges nothing is not asked again at once', async () => {
    const { outbox, server, loop, world } = setUp(nodeCrypto);
    outbox.add('result', 3);
    server.acknowledges = false;
    loop.start();
    await world.pass(20_000);
    expect(server.requests).toHaveLength(2);
    expect(outbox.held.result).toEqual([1, 2, 3]);
  });

  test('an epoch conflict begins a new epoch, under which everything pending goes out', async () => {
    const { outbox, server, loop, world } = setUp(nodeCrypto);
    outbox.add('result', 2);
    server.conflictEpoch = outbox.epoch;
    loop.start();
    await world.pass(30_000);
    expect(outbox.epoch[0]).toBe(2);
    expect(outbox.held.result).toEqual([]);
    expect(world.lines.join()).toContain('a new epoch begins');
  });

  test('a server that sees a conflict every time costs an epoch per interval, and no more', async () => {
    const { outbox, server, loop, world } = setUp(nodeCrypto);
    outbox.add('result', 2);
    server.conflictEpoch = 'every';
    server.extra = { nextSyncMs: 1 };
    loop.start();
    await world.pass(100_000);
    expect(outbox.epoch[0]).toBe(5);
    expect(outbox.held.result).toEqual([1, 2]);
  });

  test('an answer about an epoch that ended meanwhile acknowledges nothing of the present one', async () => {
    const { outbox, script, loop } = setUp(nodeCrypto);
    outbox.add('result', 2);
    script.push(async (ok) => {
      const response = await ok();
      await outbox.newEpoch();
      return response;
    });
    await loop.syncNow();
    expect(outbox.held.result).toEqual([1, 2]);
  });
});

describe('what is not an acknowledgement', () => {
  const page = '<html>Welcome to Hotel WiFi</html>';
  const html = { headers: { 'content-type': 'text/html' } };

  test.each([
    ['a captive portal', () => new Response(page, html)],
    ['a redirect', () => new Response('', { status: 302, headers: { location: 'http://portal/' } })],
    ['a page that calls itself protobuf', () => new Response(page, PROTOBUF)],
    ['an empty answer', () => new Response('', PROTOBUF)],
    ['no content', () => new Response(null, { status: 204 })],
    ['more bytes than an answer may have', () => new Response('x'.repeat(5_000_000), PROTOBUF)],
  ])('%s acknowledges nothing and is counted malformed', async (_, respond) => {
    const { outbox, script, loop } = setUp(nodeCrypto);
    outbox.add('result');
    script.push(respond);
    expect(await loop.syncNow()).toBe('malformed');
    expect(outbox.held.result).toEqual([1]);
  });

  test('silence ends after the timeout, and what comes later has no effect', async () => {
    const { outbox, script, loop, world } = setUp(nodeCrypto);
    outbox.add('result');
    let answer: (() => void) | undefined;
    script.push(async (ok) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return ok();
    });
    const outcome = loop.syncNow();
    await world.pass(31_000);
    expect(await outcome).toBe('unreachable');
    answer!();
    await world.settle();
    expect(outbox.held.result).toEqual([1]);
  });
});

describe('authorization', () => {
  test('a token that is refused is replaced once, within the exchange', async () => {
    const { script, loop, tokens } = setUp(nodeCrypto);
    script.push(status(401));
    expect(await loop.syncNow()).toBe('ok');
    expect(tokens).toEqual({ given: 2, forgotten: 1 });
  });

  test('an agent that is not approved is unauthorized, and asks ever more rarely', async () => {
    const { server, loop, world } = setUp(nodeCrypto, {
      identity: {
        accessToken: async () => {
          throw new SkerryError('unauthorized', 'not approved');
        },
        forgetToken: () => undefined,
      },
    });
    loop.start();
    await world.pass(60_000);
    expect(server.requests).toEqual([]);
    expect(loop.status().outcomes.unauthorized).toBeLessThan(10);
    expect(loop.status()).toMatchObject({ lastDetail: 'not approved' });
  });
});

describe('pace', () => {
  test('comes back as the server wishes, within bounds', async () => {
    const { server, loop, world } = setUp(nodeCrypto);
    server.extra = { nextSyncMs: 5_000 };
    loop.start();
    await world.pass(12_000);
    expect(server.times).toEqual([0, 5_000, 10_000]);
    server.extra = { nextSyncMs: 1 };
    await world.pass(3_400);
    expect(server.times.slice(3)).toEqual([15_000, 15_200, 15_400]);
  });

  test('many wakes make one exchange', async () => {
    const { server, loop, world } = setUp(nodeCrypto);
    loop.start();
    await world.pass(1_000);
    for (let i = 0; i < 20; i++) loop.notify();
    await world.pass(1_000);
    expect(server.times).toEqual([0, 1_050]);
  });

  test('a wake during an exchange makes one more after it', async () => {
    const { server, script, loop, world } = setUp(nodeCrypto);
    script.push((ok) => {
      loop.notify();
      loop.notify();
      return ok();
    });
    loop.start();
    await world.pass(1_000);
    expect(server.times).toEqual([0, 50]);
  });

  test('Retry-After holds even against wakes', async () => {
    const { server, script, loop, world } = setUp(nodeCrypto);
    script.push(status(503, { 'retry-after': '60' }));
    loop.start();
    await world.pass(1_000);
    loop.notify();
    await world.pass(58_000);
    expect(server.times).toEqual([0]);
    await world.pass(10_000);
    expect(server.times).toHaveLength(2);
    expect(loop.status().outcomes).toMatchObject({ refused: 1, ok: 1 });
  });

  test('alerts keep to backoff: a cut of seconds with an alert every moment opens no circuit', async () => {
    const { outbox, server, script, loop, world } = setUp(nodeCrypto);
    loop.start();
    await world.pass(1_000);
    for (let i = 0; i < 200; i++) script.push(() => Promise.reject(new Error('no route')));
    for (let i = 0; i < 50; i++) {
      outbox.add('alert');
      loop.notify();
      await world.pass(100);
    }
    expect(loop.status()).toMatchObject({ circuit: 'closed' });
    expect(server.times.length).toBeLessThan(6);
    script.length = 0;
    await world.pass(10_000);
    expect(outbox.held.alert).toEqual([]);
  });

  test('an hour without network costs few attempts, and the first answer brings everything back', async () => {
    const { outbox, server, script, loop, world } = setUp(nodeCrypto);
    const down = () => Promise.reject(new Error('no route'));
    for (let i = 0; i < 200; i++) script.push(down);
    loop.start();
    await world.pass(3_600_000);
    expect(server.times.length).toBeLessThan(40);
    expect(loop.status().circuit).toBe('open');
    outbox.add('result', 3);
    script.length = 0;
    await world.pass(300_000);
    expect(outbox.held.result).toEqual([]);
    expect(loop.status()).toMatchObject({ circuit: 'closed', failuresInARow: 0, lastDetail: undefined });
  });

  test('a request that is too large comes again at half the size', async () => {
    const { outbox, server, script, loop } = setUp(nodeCrypto, {
      settings: { maxRequestBytes: 8_192, minRequestBytes: 2_048 },
    });
    outbox.add('result', 20);
    script.push(status(413));
    expect(await loop.syncNow()).toBe('refused');
    await loop.syncNow();
    expect(server.requests[0]!.blocks!.length).toBeLessThanOrEqual(4);
  });
});

describe('effects', () => {
  test('newer desired state is applied, and told back as seen', async () => {
    const { server, loop, desired } = setUp(nodeCrypto);
    server.extra = { desired: { generation: 3 } };
    await loop.syncNow();
    await loop.syncNow();
    expect(desired).toEqual([['i1', 3]]);
    expect(server.requests[1]).toMatchObject({ seenInstance: 'i1', seenGeneration: 3 });
  });

  test("a fault of the agent's own store fails the exchange and ends nothing", async () => {
    const { outbox, loop } = setUp(nodeCrypto);
    outbox.add('alert');
    outbox.isBroken = true;
    expect(await loop.syncNow()).toBe('failed');
    outbox.isBroken = false;
    expect(await loop.syncNow()).toBe('ok');
  });

  test('after stop nothing is sent, and an answer under way has no effect', async () => {
    const { outbox, server, script, loop, world } = setUp(nodeCrypto);
    outbox.add('result');
    script.push(async (ok) => {
      const response = await ok();
      await loop.stop();
      return response;
    });
    loop.start();
    await world.pass(600_000);
    expect(server.requests).toHaveLength(1);
    expect(outbox.held.result).toEqual([1]);
    await expect(loop.syncNow()).rejects.toThrow('stopping');
  });

  test('time readings carry how far the wall clock is from the server, at worst', async () => {
    const { server, loop, world } = setUp(nodeCrypto);
    server.extra = { wallMs: world.wallMs + 7_000 };
    await loop.syncNow();
    await loop.syncNow();
    expect(server.requests[0]!.clock).toMatchObject({ boot: 'b1', uncertaintyMs: 0 });
    expect(server.requests[1]!.clock).toMatchObject({ uncertaintyMs: 7_001 });
    expect(loop.status().serverClock).toEqual({ offsetMs: 7_000, uncertaintyMs: 0, atMonoMs: 0 });
    world.wallMs -= 3_600_000;
    expect(loop.status().serverClock).toMatchObject({ offsetMs: 3_607_000 });
    await loop.syncNow();
    expect(server.requests[2]!.clock).toMatchObject({ uncertaintyMs: 3_607_001 });
  });
});
