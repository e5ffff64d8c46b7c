/** The sync loop between a scripted outbox and a scripted control plane, for tests. */
import { sameBytes } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import type { Transport } from '../ports.ts';
import { createSyncLoop, type SyncLoopOptions } from './loop.ts';
import type { LaneName, OutboxReader } from './outbox-reader.ts';
import { TestWorld } from './test-world.ts';

const LANES = { alert: v1.Lane.LANE_ALERT, result: v1.Lane.LANE_RESULT } as const;

/** An outbox that holds block numbers. */
export class TestOutbox implements OutboxReader {
  epoch: Uint8Array = new Uint8Array(16).fill(1);
  held: Record<LaneName, number[]> = { alert: [], result: [] };
  last: Record<LaneName, number> = { alert: 0, result: 0 };
  isBroken = false;

  add(lane: LaneName, count = 1): void {
    for (let i = 0; i < count; i++) this.held[lane].push(++this.last[lane]);
  }

  async pending(lane: LaneName, afterSeq: number, maxBytes: number): Promise<skerry.v1.IBlock[]> {
    if (this.isBroken) throw new SkerryError('corrupt', 'the outbox is damaged');
    const seqs = this.held[lane].filter((seq) => seq > afterSeq).slice(0, Math.ceil(maxBytes / 1_000));
    return seqs.map((seq) => ({
      epoch: this.epoch,
      lane: LANES[lane],
      seq,
      seqLast: seq,
      columns: new Uint8Array(900),
    }));
  }

  lanes() {
    return (['alert', 'result'] as const).map((lane) => ({
      lane,
      firstPending: this.held[lane][0] ?? 0,
      last: this.last[lane],
    }));
  }

  ledgers() {
    return [];
  }

  async sketches() {
    return [];
  }

  async acknowledge(acks: readonly { lane: LaneName; cursor: number }[]) {
    for (const { lane, cursor } of acks) this.held[lane] = this.held[lane].filter((seq) => seq > cursor);
  }

  async newEpoch() {
    this.epoch = new Uint8Array(16).fill(this.epoch[0]! + 1);
  }
}

/** A control plane that keeps a contiguous cursor per lane, as the real one does. */
export class TestServer {
  cursors: Record<number, number> = { [LANES.alert]: 0, [LANES.result]: 0 };
  received: string[] = [];
  requests: skerry.v1.ISyncRequest[] = [];
  times: number[] = [];
  extra: skerry.v1.ISyncResponse = {};
  conflictEpoch: Uint8Array | 'every' | undefined;
  acknowledges = true;

  answer(bytes: Uint8Array): Uint8Array {
    const request = decode(v1.SyncRequest, bytes);
    this.requests.push(request);
    for (const { lane = 0, seq = 0 } of request.blocks as { lane?: number; seq?: number }[]) {
      this.received.push(`${lane}:${seq}`);
      if (this.acknowledges && seq === this.cursors[lane]! + 1) this.cursors[lane] = seq;
    }
    const { conflictEpoch: of } = this;
    const isConflict = of === 'every' || (of && sameBytes(of, request.epoch));
    const acks = Object.values(LANES).map((lane) => ({
      epoch: request.epoch,
      lane,
      cursor: isConflict ? 0 : this.cursors[lane]!,
      epochConflict: Boolean(isConflict),
    }));
    return encode(v1.SyncResponse, { instance: 'i1', acks, ...this.extra });
  }
}

export const PROTOBUF = { headers: { 'content-type': 'application/x-protobuf' } };

/** A loop of its own for each test; `crypto` comes from the test, since core has none. */
export function setUp(crypto: SyncLoopOptions['crypto'], options: Partial<SyncLoopOptions> = {}) {
  const world = new TestWorld();
  const outbox = new TestOutbox();
  const server = new TestServer();
  const desired: [string, number][] = [];
  const tokens = { given: 0, forgotten: 0 };
  /** What happens to an exchange; the default is that all goes well. */
  const script: ((ok: () => Promise<Response>) => Response | Promise<Response>)[] = [];
  const transport: Transport = async (request) => {
    server.times.push(world.monoMs);
    const body = new Uint8Array(await request.arrayBuffer());
    const ok = async () => new Response(server.answer(body) as Uint8Array<ArrayBuffer>, PROTOBUF);
    const step = script.shift();
    return step ? step(ok) : ok();
  };
  const loop = createSyncLoop({
    ...world,
    crypto,
    transport,
    outbox,
    url: 'https://control.example.com',
    boot: 'b1',
    identity: {
      accessToken: async () => `token${++tokens.given}`,
      forgetToken: () => {
        tokens.forgotten++;
      },
    },
    reported: () => ({ version: '0.1.0' }),
    seen: () => ({ instance: 'i1', generation: desired.at(-1)?.[1] ?? 0 }),
    applyDesired: async (state, instance) => {
      desired.push([instance, state.generation ?? 0]);
    },
    ...options,
  });
  return { world, outbox, server, script, loop, desired, tokens };
}
