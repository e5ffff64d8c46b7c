import { type skerry, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import type { LaneName, OutboxReader } from './outbox-reader.ts';
import { buildOffer, DEFAULT_LIMITS, interpret } from './session.ts';

const { LANE_ALERT, LANE_RESULT } = v1.Lane;
const EPOCH = new Uint8Array(16).fill(7);
const situation = { clock: {}, reported: {}, seen: { instance: 'i1', generation: 4 } };

function block(lane: number, seq: number, sizeBytes = 100, seqLast = seq): skerry.v1.IBlock {
  return { epoch: EPOCH, lane, seq, seqLast, count: 1, columns: new Uint8Array(sizeBytes) };
}

interface Content {
  alerts?: skerry.v1.IBlock[];
  results?: skerry.v1.IBlock[];
  sketches?: skerry.v1.IDriftSketch[];
  last?: number;
}

function outbox({ alerts = [], results = [], sketches = [], last }: Content): OutboxReader {
  const of = (lane: LaneName) => (lane === 'alert' ? alerts : results);
  return {
    epoch: EPOCH,
    pending: async (lane, afterSeq) => of(lane).filter((b) => b.seq! > afterSeq),
    lanes: () =>
      (['alert', 'result'] as const).map((lane) => ({
        lane,
        firstPending: of(lane)[0]?.seq ?? 0,
        last: last ?? of(lane).at(-1)?.seqLast ?? 0,
      })),
    ledgers: () => [],
    sketches: async (maxCount) => sketches.slice(0, maxCount),
    acknowledge: async () => undefined,
    newEpoch: async () => undefined,
  };
}

const offerOf = (content: Content, limits = DEFAULT_LIMITS) => buildOffer(outbox(content), situation, limits);
const ack = (lane: number, cursor: number, epochConflict = false) => ({
  instance: 'i1',
  acks: [{ epoch: EPOCH, lane, cursor, epochConflict }],
});

describe('a request', () => {
  test('holds alerts before sketches before results, within its bound', async () => {
    const results = [1, 2, 3, 4].map((seq) => block(LANE_RESULT, seq, 300));
    const content = { alerts: [block(LANE_ALERT, 9, 300)], results, sketches: [{ seq: 1, pipeline: 'p' }] };
    const offer = await offerOf(content, { maxRequestBytes: 1_000, maxSketches: 10 });
    expect(offer.request.blocks!.map((b) => [b.lane, b.seq])).toEqual([
      [LANE_ALERT, 9],
      [LANE_RESULT, 1],
    ]);
    expect(offer.request.sketches).toHaveLength(1);
    expect(offer.hasMore).toBe(true);
    expect(v1.SyncRequest.encode(offer.request).finish().length).toBeLessThanOrEqual(1_000);
  });

  test('holds one block that alone exceeds the bound, so that nothing stalls', async () => {
    const results = [block(LANE_RESULT, 1, 5_000), block(LANE_RESULT, 2, 10)];
    const offer = await offerOf({ results }, { maxRequestBytes: 1_000, maxSketches: 10 });
    expect(offer.request.blocks!.map((b) => b.seq)).toEqual([1]);
  });

  test('leaves a block that is committed while it is built to the next one: its answer is no conflict', async () => {
    const results = [block(LANE_RESULT, 1), block(LANE_RESULT, 2)];
    const offer = await offerOf({ results, last: 1 });
    expect(offer.request.blocks!.map((b) => b.seq)).toEqual([1]);
    expect(interpret(offer, ack(LANE_RESULT, 1)).effects.map((e) => e.kind)).toEqual(['acknowledge']);
  });

  test('says what each lane still holds, so that the server can state its cursor', async () => {
    const offer = await offerOf({ results: [block(LANE_RESULT, 5), block(LANE_RESULT, 6)] });
    expect(offer.request.lanes).toEqual([
      { lane: LANE_ALERT, firstPending: 0, last: 0 },
      { lane: LANE_RESULT, firstPending: 5, last: 6 },
    ]);
    expect(offer.hasMore).toBe(false);
  });
});

describe('a response', () => {
  test('acknowledges at most what its request held', async () => {
    const content = { results: [1, 2].map((seq) => block(LANE_RESULT, seq)), last: 50 };
    const { effects } = interpret(await offerOf(content), ack(LANE_RESULT, 40));
    expect(effects).toEqual([
      { kind: 'acknowledge', acks: [{ lane: 'result', cursor: 2 }], sketchCursor: 0, held: [] },
    ]);
  });

  test('about numbers that were never given out means a copy of this outbox: a new epoch', async () => {
    const { effects } = interpret(await offerOf({ results: [block(LANE_RESULT, 1)] }), ack(LANE_RESULT, 80));
    expect(effects).toEqual([
      { kind: 'new-epoch', reason: 'the server holds result block 80, and 1 is the last here' },
    ]);
  });

  test('with an epoch conflict begins a new epoch and acknowledges nothing of that lane', async () => {
    const { effects, progressed } = interpret(
      await offerOf({ alerts: [block(LANE_ALERT, 1)] }),
      ack(LANE_ALERT, 1, true),
    );
    expect(effects.map((e) => e.kind)).toEqual(['new-epoch']);
    expect(progressed).toBe(false);
  });

  test('about another epoch acknowledges nothing', async () => {
    const offer = await offerOf({ results: [block(LANE_RESULT, 1)] });
    const acks = [{ epoch: new Uint8Array(16), lane: LANE_RESULT, cursor: 1 }];
    expect(interpret(offer, { instance: 'i1', acks }).effects).toEqual([]);
  });

  test('acknowledges sketches up to the last one sent', async () => {
    const offer = await offerOf({ sketches: [{ seq: 3 }, { seq: 4 }] });
    const { effects } = interpret(offer, { instance: 'i1', sketchCursor: 99 });
    expect(effects).toEqual([{ kind: 'acknowledge', acks: [], sketchCursor: 4, held: [] }]);
  });

  test('passes on the parts of a tombstoned range that the server held, none twice, none beyond it', async () => {
    const offer = await offerOf({ results: [block(LANE_RESULT, 3, 10, 9)] });
    const held = [
      { lane: LANE_RESULT, firstPending: 3, last: 5 },
      { lane: LANE_RESULT, firstPending: 4, last: 6 },
      { lane: LANE_RESULT, firstPending: 8, last: 12 },
      { lane: LANE_ALERT, firstPending: 1, last: 1 },
    ];
    const [effect] = interpret(offer, { ...ack(LANE_RESULT, 9), held }).effects;
    expect(effect).toMatchObject({ held: [{ lane: 'result', first: 3, last: 5 }] });
  });

  test('brings desired state that is newer, or of another instance, and nothing older', async () => {
    const offer = await offerOf({});
    const kinds = (instance: string, generation: number) =>
      interpret(offer, { instance, desired: { generation } }).effects.map((e) => e.kind);
    expect(kinds('i1', 5)).toEqual(['desired']);
    expect(kinds('i1', 4)).toEqual([]);
    expect(kinds('i1', 3)).toEqual([]);
    expect(kinds('i2', 1)).toEqual(['desired']);
  });

  test('that acknowledges nothing is no progress, however much there is to send', async () => {
    const offer = await offerOf({ results: [block(LANE_RESULT, 5)], last: 9 });
    expect(interpret(offer, ack(LANE_RESULT, 4))).toMatchObject({ progressed: false, hasMore: true });
    expect(interpret(offer, ack(LANE_RESULT, 5))).toMatchObject({ progressed: true, hasMore: true });
  });
});
