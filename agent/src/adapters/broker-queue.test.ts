import { Aedes } from 'aedes';
import { expect, test } from 'vitest';
import { RingQueue, useRingQueues } from './broker-queue.ts';

test('a ring queue gives back what came, in order, over any mix of coming and going', () => {
  const ring = new RingQueue<number>();
  const array: number[] = [];
  // Grows from empty to past several doublings and back, with the head going round in between.
  for (let step = 0, next = 0; step < 20_000; step++) {
    const rising = step % 4_000 < 2_500;
    if (rising ? step % 3 > 0 : step % 3 === 0) {
      ring.push(next);
      array.push(next++);
    } else expect(ring.shift()).toBe(array.shift());
    expect(ring.length).toBe(array.length);
  }
  while (array.length > 0) expect(ring.shift()).toBe(array.shift());
  expect(ring.shift()).toBeUndefined();
});

test("the broker's emitter has two queues to replace, and delivers through them", async () => {
  const broker = await Aedes.createBroker({ concurrency: 1 });
  useRingQueues(broker);
  const { mq } = broker as unknown as { mq: { _messageQueue: unknown; _messageCallbacks: unknown } };
  expect(mq._messageQueue).toBeInstanceOf(RingQueue);
  expect(mq._messageCallbacks).toBeInstanceOf(RingQueue);
  const seen: string[] = [];
  await new Promise<void>((resolve) =>
    broker.subscribe(
      'plant/#',
      (packet, done) => {
        seen.push(packet.topic);
        setImmediate(done); // with one under way, the others wait in the queue
      },
      resolve,
    ),
  );
  const publish = (topic: string) =>
    new Promise<void>((resolve) =>
      broker.publish({ cmd: 'publish', topic, payload: 'x', qos: 0, retain: false, dup: false }, () =>
        resolve(),
      ),
    );
  const topics = Array.from({ length: 200 }, (_, i) => `plant/${i}`);
  await Promise.all(topics.map(publish));
  expect(seen).toEqual(topics);
  await new Promise<void>((resolve) => broker.close(resolve));
});
