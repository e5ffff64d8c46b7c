/**
 * The queue of messages between publishers and subscribers. aedes' emitter keeps them in Arrays and takes them by
 * `shift`, which moves every element of a long one: with many publishers and one subscriber that cost nine tenths of
 * the time. Here taking one costs the same however many wait.
 */
import { invariant } from '@skerry/proto/errors';
import type { Aedes } from 'aedes';

/** What mqemitter does with its queues. */
interface Queue<T> {
  readonly length: number;
  push(item: T): unknown;
  shift(): T | undefined;
}

/** A queue in a buffer that doubles when full; what lies in it begins at `head` and goes round its end. */
export class RingQueue<T> implements Queue<T> {
  #ring: (T | undefined)[] = new Array(64);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = item;
  }

  /** The oldest, taken out; undefined where there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return item;
  }

  #grow(): void {
    const inOrder = [...this.#ring.slice(this.#head), ...this.#ring.slice(0, this.#head)];
    inOrder.length = 2 * inOrder.length;
    this.#ring = inOrder;
    this.#head = 0;
  }
}

/** Puts ring queues into a broker that has just been made. Throws where this version of its emitter has other queues. */
export function useRingQueues(broker: Aedes): void {
  const { mq } = broker as unknown as {
    mq: { _messageQueue: Queue<unknown>; _messageCallbacks: Queue<unknown> };
  };
  const known = mq._messageQueue?.length === 0 && mq._messageCallbacks?.length === 0;
  invariant(known, 'the emitter of aedes keeps two queues, which are empty at first');
  mq._messageQueue = new RingQueue();
  mq._messageCallbacks = new RingQueue();
}
