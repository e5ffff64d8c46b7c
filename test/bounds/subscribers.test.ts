/** Subscribers that subscribe to everything and read nothing. */
import type { Socket } from 'node:net';
import { afterAll, test } from 'vitest';
import { until } from '../e2e/support/until.ts';
import { acknowledgements, openSession, publishPacket, subscribePacket } from '../support/mqtt-packets.ts';
import { expectBounded, startBounded } from './support/bounded-agent.ts';

const open: Socket[] = [];
afterAll(() => {
  for (const socket of open) socket.destroy();
});

test('subscribers that read nothing are shut out, and publishers go on', async () => {
  const { agent, port } = await startBounded();
  for (let i = 0; i < 50; i++) {
    const socket = await openSession(port, `deaf-${i}`);
    open.push(socket);
    socket.write(subscribePacket('#'));
    socket.pause();
  }
  const publisher = await openSession(port, 'publisher');
  open.push(publisher);
  const acknowledged = acknowledgements(publisher);
  const count = 2_000;
  for (let i = 0; i < count; i++) publisher.write(publishPacket('elsewhere', Buffer.alloc(20_000), 1, i));
  await until('every message to be acknowledged', () => acknowledged.count === count, 60_000);
  expectBounded(agent);
});
