import { gzipSync, zstdCompressSync } from 'node:zlib';
import { testRow } from '@skerry/control-plane/node/testing';
import { encode, skerry, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { call, HttpAgent, type Operator } from './control-plane-world.ts';

const RESULTS = skerry.v1.BlockKind.BLOCK_KIND_RESULTS;
const ALERTS = skerry.v1.BlockKind.BLOCK_KIND_ALERTS;

/** What agents send up: blocks once and in order, alerts, ledgers, sketches; and what can be asked about them. */
export function syncContract(operatorOf: () => Operator): void {
  const comeIn = async (id: string): Promise<HttpAgent> =>
    new HttpAgent(operatorOf().host, id).comeIn(await operatorOf().enrolToken());
  const resultsOf = async (agent: string, query = ''): Promise<Record<string, unknown>[]> =>
    (await operatorOf().ok('GET', `results?agent=${agent}&limit=1000${query}`)).json.items;
  const ingested = async (): Promise<number> => {
    const text = new TextDecoder().decode((await call(operatorOf().host, 'GET', '/metrics')).bytes);
    return Number(/^skerry_control_results_ingested_total (\d+)$/m.exec(text)?.[1]);
  };

  test('a block resent after a lost answer is accepted once', async () => {
    const agent = await comeIn('sy-lost');
    const before = await ingested();
    agent.sim.produce([testRow(0), testRow(4)]);
    await agent.exchange();
    agent.sim.produce([testRow(8)]);
    const response = await agent.sync();
    expect(response.acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)?.cursor).toBe(2);
    expect(agent.sim.blocks).toEqual([]);
    expect(await resultsOf('sy-lost')).toHaveLength(3);
    expect(await ingested()).toBe(before + 3);
  });

  test('the same results under a new epoch are counted as duplicates, not held twice', async () => {
    const agent = await comeIn('sy-epoch');
    const before = await ingested();
    agent.sim.produce([testRow(0), testRow(4)]);
    await agent.sync();
    const renewed = new HttpAgent(operatorOf().host, 'sy-epoch');
    renewed.accessToken = agent.accessToken;
    renewed.sim.epoch = new Uint8Array(16).fill(9);
    renewed.sim.produce([testRow(0), testRow(4), testRow(8)]);
    await renewed.sync();
    expect(await resultsOf('sy-epoch')).toHaveLength(3);
    expect(await ingested()).toBe(before + 3);
  });

  test('other bytes under a held number are an epoch conflict: nothing is stored, and an alert says so', async () => {
    const agent = await comeIn('sy-clone');
    agent.sim.produce([testRow(0)]);
    await agent.sync();
    const clone = new HttpAgent(operatorOf().host, 'sy-clone');
    clone.accessToken = agent.accessToken;
    clone.sim.produce([testRow(100)]);
    const response = await clone.exchange();
    expect(response.acks.some((a) => a.epochConflict)).toBe(true);
    expect(await resultsOf('sy-clone')).toHaveLength(1);
    const alerts = (await operatorOf().ok('GET', 'alerts?agent=sy-clone')).json.items;
    expect(alerts).toMatchObject([{ kind: 'server', state: 'open', agent: 'sy-clone' }]);
  });

  test('compressed blocks are read; one that can’t be read is kept aside and the lane goes on', async () => {
    const agent = await comeIn('sy-codec');
    const { CODEC_GZIP, CODEC_ZSTD } = skerry.v1.Codec;
    agent.sim.produce([testRow(0)], (b) => ({ codec: CODEC_GZIP, columns: new Uint8Array(gzipSync(b)) }));
    agent.sim.produce([testRow(4)], (b) => ({
      codec: CODEC_ZSTD,
      columns: new Uint8Array(zstdCompressSync(b)),
    }));
    agent.sim.append('result', RESULTS, 5, new Uint8Array([1, 2, 3]));
    agent.sim.produce([testRow(8)]);
    const response = await agent.sync();
    expect(response.acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)?.cursor).toBe(4);
    expect(await resultsOf('sy-codec')).toHaveLength(3);
    const alerts = (await operatorOf().ok('GET', 'alerts?agent=sy-codec')).json.items;
    expect(alerts[0].result.message).toMatch(/can't be read/);
  });

  test('what is no sync is refused by name and ends nothing', async () => {
    const agent = await comeIn('sy-bad');
    expect((await agent.post(new Uint8Array([255, 255, 255]))).status).toBe(422);
    expect((await agent.post(agent.sim.request(), { 'content-type': 'text/plain' })).status).toBe(422);
    expect((await agent.post(new Uint8Array(5 * 1024 * 1024))).status).toBe(413);
    const other = encode(v1.SyncRequest, { protocol: 9, epoch: new Uint8Array(16) });
    expect((await agent.post(other)).json).toMatchObject({ code: 'unsupported' });
    agent.sim.produce([testRow(0)]);
    await agent.sync();
    expect(await resultsOf('sy-bad')).toHaveLength(1);
  });

  test('results are asked for by device and time, in both orders, page by page', async () => {
    const agent = await comeIn('sy-query');
    agent.sim.produce([0, 8, 16, 24].map((s) => testRow(s, { device: 'left' })));
    agent.sim.produce([4, 12, 20].map((s) => testRow(s, { device: 'right' })));
    await agent.sync();
    const times = (rows: Record<string, unknown>[]): number[] =>
      rows.map((r) => (Date.parse(String(r.from)) - Date.parse('2026-11-20T09:00:00Z')) / 1_000);
    expect(times(await resultsOf('sy-query', '&order=asc'))).toEqual([0, 4, 8, 12, 16, 20, 24]);
    expect(times(await resultsOf('sy-query', '&device=right'))).toEqual([20, 12, 4]);
    const part = '&order=asc&from=2026-11-20T09:00:08Z&to=2026-11-20T09:00:20Z';
    expect(times(await resultsOf('sy-query', part))).toEqual([8, 12, 16]);
    const paged: Record<string, unknown>[] = [];
    for (let cursor = ''; ; ) {
      const page = (await operatorOf().ok('GET', `results?agent=sy-query&limit=3${cursor}`)).json;
      paged.push(...page.items);
      if (page.cursor === undefined) break;
      cursor = `&cursor=${encodeURIComponent(page.cursor)}`;
    }
    expect(times(paged)).toEqual([24, 20, 16, 12, 8, 4, 0]);
    expect(paged[0]).toMatchObject({
      agent: 'sy-query',
      device: 'left',
      decision: 'normal',
      release: 'press@1.0.0',
    });
    expect(paged[0]!.id).toMatch(/^[a-z2-7]{26}$/);
    const devices = (await operatorOf().ok('GET', 'devices?agent=sy-query')).json.items;
    expect(devices.map((d: { device: string; results: number }) => [d.device, d.results])).toEqual([
      ['left', 4],
      ['right', 3],
    ]);
  });

  test('an alert episode opens, is acknowledged, and clears; the same event again changes nothing', async () => {
    const agent = await comeIn('sy-alert');
    const event = (state: skerry.v1.EpisodeState, wallMs: number): Uint8Array =>
      encode(v1.AlertList, {
        alerts: [
          {
            episode: 'ep-1',
            state,
            kind: 'anomaly',
            pipeline: 'p',
            device: 'd',
            output: 'score',
            value: 0.9,
            threshold: 0.5,
            attribution: [{ channel: 'vibration', share: 0.8 }],
            wallMs,
          },
        ],
      });
    const open = async (): Promise<Record<string, unknown>[]> =>
      (await operatorOf().ok('GET', 'alerts?agent=sy-alert')).json.items;
    agent.sim.append('alert', ALERTS, 1, event(skerry.v1.EpisodeState.EPISODE_STATE_OPEN, 1_000));
    await agent.exchange();
    await agent.sync();
    expect(await open()).toMatchObject([
      { episode: 'ep-1', state: 'open', result: { attribution: [{ channel: 'vibration' }] } },
    ]);
    const acked = (await operatorOf().ok('POST', 'alerts/sy-alert/ep-1/ack')).json;
    expect(acked.acknowledgedBy).toBeTruthy();
    expect(await open()).toEqual([]);
    agent.sim.append('alert', ALERTS, 1, event(skerry.v1.EpisodeState.EPISODE_STATE_CLEARED, 2_000));
    await agent.sync();
    const all = (await operatorOf().ok('GET', 'alerts?agent=sy-alert&state=all')).json.items;
    expect(all).toMatchObject([{ episode: 'ep-1', state: 'cleared', openedMs: 1_000, updatedMs: 2_000 }]);
  });

  test('a ledger is shown as it was reported, and whether it adds up', async () => {
    const agent = await comeIn('sy-ledger');
    const report = (delivered: number): skerry.v1.ILedgerReport => ({
      epoch: agent.sim.epoch,
      samples: [{ pipeline: 'p', received: 10, rejected: [{ key: 'range', value: 1 }], open: 2, used: 7 }],
      results: { produced: 5, delivered, pending: 1 },
    });
    for (const [delivered, addsUp] of [
      [4, true],
      [3, false],
    ] as const) {
      agent.sim.ledger = report(delivered);
      await agent.sync();
      const [ledger] = (await operatorOf().ok('GET', 'ledger?agent=sy-ledger')).json.items;
      expect(ledger).toMatchObject({
        current: true,
        addsUp,
        results: { produced: 5, delivered, pending: 1 },
      });
    }
  });

  test('drift sketches of several agents merge by addition, each counted once', async () => {
    for (const id of ['sy-drift-a', 'sy-drift-b', 'sy-drift-c']) {
      const agent = await comeIn(id);
      agent.sim.sketches = [
        {
          pipeline: 'drifting',
          device: `${id}-dev`,
          releaseDigest: `sha256:${'a'.repeat(64)}`,
          signal: 'value',
          fromUs: 0,
          toUs: 60_000_000,
          counts: [1, 2, 3],
          n: 6,
          level: skerry.v1.DriftLevel.DRIFT_LEVEL_WARN,
          measures: [{ name: 'psi', value: 0.125 }],
          seq: 1,
        },
      ];
      const first = await agent.exchange();
      expect(first.sketchCursor).toBe(1);
      await agent.exchange();
    }
    const { items } = (await operatorOf().ok('GET', 'drift?pipeline=drifting')).json;
    expect(items).toMatchObject([{ signal: 'value', counts: [3, 6, 9], n: 18 }]);
    expect(items[0].devices).toHaveLength(3);
    expect(items[0].devices[0]).toMatchObject({ level: 'warn', measures: { psi: 0.125 } });
  });
}
