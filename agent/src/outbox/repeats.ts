/**
 * Copies of messages without an event time, which nothing but MQTT's own words can tell: a PUBLISH with DUP set, from the
 * same session, under the same packet id, with the same topic and payload as one that was journaled. Digests of what was
 * journaled are remembered in the very commit that holds the samples, one record a commit:
 *
 *     p/<n>: sealed  u8 version (1) · f64 powered-on ms · u32 sessions · sessions: u16 length + UTF-8
 *                    u32 messages · each: u32 session · u16 packet id · u48 digest
 *
 * Two messages of one session `in:d1`: 4 + 1 + 8 + 4 + (2 + 5) + 4 + 2 × 12 = 52 bytes.
 *
 * What is older than `keepMs`, or more than `maxCount` messages or `maxBytes`, is forgotten, oldest first. A new message
 * under a packet id takes the place of the one before.
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import type { StoreOp } from '../ports.ts';
import { repeatsKey } from './keys.ts';
import { seal, unseal } from './sealed.ts';

const VERSION = 1;
const MESSAGE_BYTES = 12;

/** Where an acknowledged message came from. */
export interface Origin {
  /** Broker and client. */
  session: string;
  packetId: number;
  /** The sender believes to have sent it before. */
  dup: boolean;
}

export interface RepeatLimits {
  keepMs: number;
  maxCount: number;
  maxBytes: number;
}

interface Message {
  key: string;
  session: string;
  packetId: number;
  /** The first 48 bits of a SHA-256. */
  digest: number;
  record: Remembered;
}

/** The messages of one commit. */
interface Remembered {
  seq: number;
  bornMs: number;
  sizeBytes: number;
  messages: Message[];
}

export class Repeats {
  readonly #limits: RepeatLimits;
  readonly #byKey = new Map<string, Message>();
  /** Oldest first. */
  readonly #records: Remembered[] = [];
  #count = 0;
  #bytes = 0;
  #last = 0;
  /** What came since the last plan. */
  #fresh: Remembered | undefined;
  /** A plan that isn't durable yet. */
  #planned: StoreOp[] | undefined;

  constructor(limits: RepeatLimits) {
    this.#limits = limits;
  }

  /** Bytes of the records in the store. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Takes up a stored record; in order. False where it can't be read. */
  load(seq: number, value: Uint8Array): boolean {
    const bytes = unseal(value);
    const record = bytes && decodeRecord(bytes);
    if (!record) return false;
    Object.assign(record, { seq, sizeBytes: repeatsKey(seq).length + value.length });
    this.#last = seq;
    for (const message of record.messages) this.#byKey.set(message.key, message);
    this.#keep(record);
    return true;
  }

  /** Whether this is a copy of a message that was remembered. */
  knows(origin: Origin, digest: number, nowMs: number): boolean {
    if (!origin.dup) return false;
    const message = this.#byKey.get(keyOf(origin.session, origin.packetId));
    return message?.digest === digest && nowMs - message.record.bornMs <= this.#limits.keepMs;
  }

  /** Remembers a message whose samples go into the next commit. */
  remember({ session, packetId }: Origin, digest: number, nowMs: number): void {
    this.#fresh ??= { seq: 0, bornMs: nowMs, sizeBytes: 0, messages: [] };
    const key = keyOf(session, packetId);
    const message = { key, session, packetId, digest, record: this.#fresh };
    this.#fresh.messages.push(message);
    this.#byKey.set(key, message);
  }

  /**
   * What the next commit writes and removes; the same again until `done`. What is remembered meanwhile goes into the
   * commit after it.
   */
  plan(nowMs: number): { ops: readonly StoreOp[]; done: () => void } {
    this.#planned ??= this.#planFresh(nowMs);
    return {
      ops: this.#planned,
      done: () => {
        this.#planned = undefined;
      },
    };
  }

  #planFresh(nowMs: number): StoreOp[] {
    const ops: StoreOp[] = [];
    const record = this.#fresh;
    this.#fresh = undefined;
    if (record) {
      record.seq = ++this.#last;
      const [key, value] = [repeatsKey(record.seq), seal(encodeRecord(record))];
      record.sizeBytes = key.length + value.length;
      ops.push({ type: 'put', key, value });
      this.#keep(record);
    }
    for (const { seq } of this.#forget(nowMs)) ops.push({ type: 'del', key: repeatsKey(seq) });
    return ops;
  }

  #keep(record: Remembered): void {
    this.#records.push(record);
    this.#count += record.messages.length;
    this.#bytes += record.sizeBytes;
  }

  #forget(nowMs: number): Remembered[] {
    const { keepMs, maxCount, maxBytes } = this.#limits;
    let gone = 0;
    for (; gone < this.#records.length; gone++) {
      const record = this.#records[gone]!;
      if (nowMs - record.bornMs <= keepMs && this.#count <= maxCount && this.#bytes <= maxBytes) break;
      this.#count -= record.messages.length;
      this.#bytes -= record.sizeBytes;
      for (const message of record.messages)
        if (this.#byKey.get(message.key) === message) this.#byKey.delete(message.key);
    }
    return this.#records.splice(0, gone);
  }
}

// Packet ids are numbers, so that the last space parts the two whatever the session is called.
function keyOf(session: string, packetId: number): string {
  return `${session} ${packetId}`;
}

function encodeRecord({ bornMs, messages }: Remembered): Uint8Array {
  const places = new Map<string, number>();
  for (const { session } of messages) if (!places.has(session)) places.set(session, places.size);
  const sessions = [...places.keys()].map(utf8);
  const sizeBytes = sessions.reduce((sum, session) => sum + 2 + session.length, 17);
  const out = new Uint8Array(sizeBytes + MESSAGE_BYTES * messages.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, VERSION);
  view.setFloat64(1, bornMs, true);
  view.setUint32(9, sessions.length, true);
  let at = 13;
  for (const session of sessions) {
    view.setUint16(at, session.length, true);
    out.set(session, at + 2);
    at += 2 + session.length;
  }
  view.setUint32(at, messages.length, true);
  at += 4;
  for (const { session, packetId, digest } of messages) {
    view.setUint32(at, places.get(session)!, true);
    view.setUint16(at + 4, packetId, true);
    view.setUint32(at + 6, digest % 2 ** 32, true);
    view.setUint16(at + 10, Math.floor(digest / 2 ** 32), true);
    at += MESSAGE_BYTES;
  }
  return out;
}

/** Undefined for bytes of another version: what they remember is not known here, and is at-least-once again. */
function decodeRecord(bytes: Uint8Array): Remembered | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== VERSION) return undefined;
  const record: Remembered = { seq: 0, bornMs: view.getFloat64(1, true), sizeBytes: 0, messages: [] };
  let at = 13;
  const sessions = Array.from({ length: view.getUint32(9, true) }, () => {
    const start = at + 2;
    at = start + view.getUint16(at, true);
    return fromUtf8(bytes.subarray(start, at));
  });
  const end = at + 4 + MESSAGE_BYTES * view.getUint32(at, true);
  for (at += 4; at < end; at += MESSAGE_BYTES) {
    const session = sessions[view.getUint32(at, true)]!;
    const packetId = view.getUint16(at + 4, true);
    const digest = view.getUint32(at + 6, true) + view.getUint16(at + 10, true) * 2 ** 32;
    record.messages.push({ key: keyOf(session, packetId), session, packetId, digest, record });
  }
  return record;
}
