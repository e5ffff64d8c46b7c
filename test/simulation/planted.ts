/**
 * Bugs that this kind of software is known for, put around the ports of a healthy product. The simulation is worth what
 * it finds: each must be caught within `seeds` seeds, counted from 1.
 */
import { decodeHead, type Head, MIRROR_KEY } from '@skerry/agent/outbox/head';
import { HEAD_KEY, numberOfKey, underPrefix } from '@skerry/agent/outbox/keys';
import { sealJson } from '@skerry/agent/outbox/sealed';
import type { Store, StoreOp, Transport } from '@skerry/agent/ports';
import type { Sql } from '@skerry/control-plane/ports';
import { decode, encode, v1 } from '@skerry/proto/wire';
import type { Plant } from './plant.ts';

/** A plant, how many seeds it may survive, and what must then be said of it. */
export interface PlantedBug extends Plant {
  seeds: number;
  shows: RegExp;
}

export const PLANTED: readonly PlantedBug[] = [
  {
    name: 'acknowledged before it is durable',
    seeds: 1,
    shows: /were acknowledged, and/,
    ingest: (ingest) => (topic, payload, done, origin) => {
      ingest(topic, payload, () => undefined, origin);
      done();
    },
  },
  {
    name: 'appended to the journal without sync',
    seeds: 5,
    shows: /were acknowledged, and|without faults/,
    store: (store) => ({
      ...store,
      batch: (ops, { sync }) =>
        store.batch(ops, { sync: sync && !ops.some(({ key }) => key.startsWith('j/')) }),
    }),
  },
  { name: 'the journal is not replayed', seeds: 5, shows: /samples|without faults/, store: withoutReplay },
  {
    name: 'deleted once it is sent',
    seeds: 5,
    shows: /as delivered, and the control plane holds|without faults|epoch conflicts/,
    transport: deleteOnSend,
  },
  {
    name: 'the server stores what it holds already',
    seeds: 5,
    shows: /is held twice|more are held here/,
    sql: withoutDedupe,
  },
  {
    name: 'sequence numbers derived from what is left',
    seeds: 60,
    shows: /epoch conflict|how far it is acknowledged/,
    store: derivedSequence,
  },
  {
    name: 'age by the wall clock',
    seeds: 20,
    shows: /without faults/,
    clock: (clock) => ({ ...clock, monoMs: () => clock.wallMs() }),
  },
  {
    name: 'copies of messages without a time count again',
    seeds: 40,
    shows: /were taken/,
    ingest: (ingest) => (topic, payload, done) => ingest(topic, payload, done),
  },
  { name: 'tombstones are forgotten', seeds: 60, shows: /are pending/, transport: withoutTombstones },
  {
    name: 'states of devices are not stored',
    seeds: 5,
    shows: /samples are open and|without faults/,
    store: withoutDeviceStates,
  },
  {
    name: 'evidence is written before the progress that it counts',
    seeds: 1,
    shows: /windows of the release that serves, and/,
    store: evidenceFirst,
  },
  {
    name: 'every agent is taken for a member',
    seeds: 20,
    shows: /is no member of its rollout/,
    sql: withoutMembership,
  },
];

/** What the journal held at a start is out of sight; what is appended afterwards is there. */
function withoutReplay(store: Store): Store {
  let opening = true;
  return {
    ...store,
    range: async (range) => (opening && range.gte.startsWith('j/') ? [] : store.range(range)),
    batch(ops, options) {
      opening = false;
      return store.batch(ops, options);
    },
  };
}

/** An answer of our own that acknowledges whatever was sent; the control plane gets the request, or doesn't. */
function deleteOnSend(transport: Transport): Transport {
  return async (request) => {
    if (!request.url.endsWith('/sync')) return transport(request);
    const bytes = new Uint8Array(await request.clone().arrayBuffer());
    const { epoch, seenInstance, blocks, sketches, clock } = decode(v1.SyncRequest, bytes);
    if (blocks.length === 0)
      return transport(new Request(request.url, { method: 'POST', headers: request.headers, body: bytes }));
    transport(request).catch(() => undefined);
    const cursor = (lane: number): number =>
      Math.max(
        0,
        ...blocks.filter((block) => block.lane === lane).map(({ seqLast }) => Number(seqLast ?? 0)),
      );
    const answer = encode(v1.SyncResponse, {
      instance: seenInstance,
      acks: [v1.Lane.LANE_ALERT, v1.Lane.LANE_RESULT].map((lane) => ({ epoch, lane, cursor: cursor(lane) })),
      sketchCursor: Math.max(0, ...sketches.map(({ seq }) => Number(seq ?? 0))),
      nextSyncMs: 5_000,
      wallMs: Number(clock?.wallMs ?? 0),
    });
    return new Response(answer as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': 'application/x-protobuf' },
    });
  };
}

/** Where the shard looks whether it holds a block already, a second copy is put beside the first. */
function withoutDedupe(sql: Sql): Sql {
  return {
    run: (query, ...params) => sql.run(query, ...params),
    transaction: (body) => sql.transaction(body),
    all(query, ...params) {
      if (/^SELECT crc, size_bytes, kind FROM block/.test(query))
        sql.run(
          `INSERT INTO block SELECT (SELECT max(id) + 1 FROM block), agent, epoch, lane, -(SELECT max(id) FROM block),
             seq_last, kind, count, codec, crc, size_bytes, bytes, bad, duplicates, received_ms
           FROM block WHERE agent = ? AND epoch = ? AND lane = ? AND seq = ?`,
          ...params,
        );
      return sql.all(query, ...params);
    },
  };
}

/** Whoever the shard asks about belongs to the first stage that anybody belongs to. */
function withoutMembership(sql: Sql): Sql {
  return {
    ...sql,
    all: (query, ...params) =>
      query.startsWith('SELECT stage FROM member WHERE rollout = ? AND agent = ?')
        ? sql.all('SELECT min(stage) AS stage FROM member WHERE rollout = ? HAVING count(*) > 0', params[0]!)
        : sql.all(query, ...params),
  };
}

/** The head forgets how far it counted: the next number is the one after the last block that lies there. */
function derivedSequence(store: Store): Store {
  let opening = true;
  return {
    ...store,
    async get(key) {
      const value = await store.get(key);
      if (!opening || !value || (key !== HEAD_KEY && key !== MIRROR_KEY)) return value;
      const head = decodeHead([value]);
      if (!head) return value;
      const { lt } = underPrefix('b/r/');
      const [last] = await store.range({ gte: 'b/r/', lt, limit: 1, reverse: true });
      return sealJson(withLast(head, last ? numberOfKey(last[0]) : 0));
    },
    batch(ops, options) {
      opening = false;
      return store.batch(ops, options);
    },
  };
}

function withLast(head: Head, last: number): Head {
  const result = { ...head.lanes.result, last, cursor: Math.min(head.lanes.result.cursor, last) };
  return { ...head, lanes: { ...head.lanes, result } };
}

/** What was dropped for want of space is passed over, as if it had never been numbered. */
function withoutTombstones(transport: Transport): Transport {
  return async (request) => {
    if (!request.url.endsWith('/sync')) return transport(request);
    const { method, url, headers } = request;
    const sent = decode(v1.SyncRequest, new Uint8Array(await request.arrayBuffer()));
    const blocks = sent.blocks.filter(({ kind }) => kind !== v1.BlockKind.BLOCK_KIND_TOMBSTONE);
    const body = encode(v1.SyncRequest, { ...sent, blocks });
    return transport(new Request(url, { method, headers, body: body as Uint8Array<ArrayBuffer> }));
  };
}

function evidenceFirst(store: Store): Store {
  return {
    ...store,
    async batch(ops, options) {
      const isEvidence = ({ key }: StoreOp): boolean => key.startsWith('e/');
      await store.batch(ops.filter(isEvidence), options);
      await store.batch(
        ops.filter((op) => !isEvidence(op)),
        options,
      );
    },
  };
}

function withoutDeviceStates(store: Store): Store {
  return {
    ...store,
    batch: (ops, options) =>
      store.batch(
        ops.filter(({ key }) => !key.startsWith('d/')),
        options,
      ),
  };
}
