import { testRow } from '@skerry/control-plane/node/testing';
import { toHex } from '@skerry/proto/bytes';
import { expect, test } from 'vitest';
import { HttpAgent, type Operator } from './control-plane-world.ts';
import { OutboxAgent } from './outbox-agent.ts';

interface Lane {
  lane: string;
  claim: { delivered: number; pending: number };
  held: { stored: number; duplicates: number };
  ahead: number;
  unknown: number;
}
interface Proof {
  epoch: string;
  current: boolean;
  proven: boolean;
  problems: string[];
  lanes: Lane[];
}

/** Ledgers over the real outbox; and what becomes of them where a disk is restored, copied or replaced. */
export function copiesContract(operatorOf: () => Operator): void {
  const begin = async (id: string): Promise<OutboxAgent> =>
    OutboxAgent.begin(await new HttpAgent(operatorOf().host, id).comeIn(await operatorOf().enrolToken()));
  const devicesOf = async (agent: string): Promise<[string, string][]> =>
    (await operatorOf().ok('GET', `results?agent=${agent}&limit=1000&order=asc`)).json.items.map(
      (r: { device: string; from: string }) => [r.device, r.from.slice(11, 19)],
    );
  const proofsOf = async (agent: string): Promise<Proof[]> =>
    (await operatorOf().ok('GET', `ledger/verify?agent=${agent}`)).json.items;
  const alertsOf = async (agent: string): Promise<string[]> =>
    (await operatorOf().ok('GET', `alerts?agent=${agent}&state=all`)).json.items.map(
      (a: { result: { message: string } }) => a.result.message,
    );
  const resultLane = (proof: Proof | undefined): Lane => proof!.lanes.find(({ lane }) => lane === 'result')!;

  test('a ledger is proven while results are pending, once they are held, and once the agent knows it', async () => {
    const agent = await begin('lg-steps');
    await agent.produce(testRow(0), testRow(4));
    await agent.sync();
    expect(resultLane((await proofsOf('lg-steps'))[0])).toMatchObject({ ahead: 2, claim: { pending: 2 } });
    await agent.produce(testRow(8));
    await agent.sync();
    await agent.sync();
    const [proof] = await proofsOf('lg-steps');
    expect(proof).toMatchObject({ current: true, proven: true, problems: [] });
    expect(resultLane(proof)).toMatchObject({ ahead: 0, claim: { delivered: 3 }, held: { stored: 3 } });
    const paged = (await operatorOf().ok('GET', 'ledger/verify?agent=lg-steps&limit=1')).json;
    const next = await operatorOf().ok('GET', `ledger/verify?agent=lg-steps&cursor=${paged.cursor}`);
    expect(next.json.items).toEqual([]);
  });

  test('a restored image is found out, begins a new epoch, and nothing counts twice or gets lost', async () => {
    const agent = await begin('copy-restored');
    await agent.produce(testRow(0), testRow(4));
    await agent.sync();
    const image = await agent.copy(2);
    await agent.produce(testRow(8), testRow(12));
    await agent.produce(testRow(16));
    await agent.sync();
    await agent.sync();
    // The machine dies. Its image is a day old; it processes again what its devices still had, and something new.
    await image.produce(testRow(8), testRow(20));
    const oldEpoch = toHex(image.outbox.epoch);
    const { effects } = await image.sync();
    expect(effects.map(({ kind }) => kind)).toContain('new-epoch');
    expect(toHex(image.outbox.epoch)).not.toBe(oldEpoch);
    await image.sync();
    await image.sync();
    expect((await devicesOf('copy-restored')).map(([, from]) => from)).toEqual([
      '09:00:00',
      '09:00:04',
      '09:00:08',
      '09:00:12',
      '09:00:16',
      '09:00:20',
    ]);
    expect((await alertsOf('copy-restored')).join()).toMatch(/offered other bytes as block 2 of lane result/);
    const proofs = await proofsOf('copy-restored');
    expect(proofs.map(({ problems }) => problems)).toEqual([[], []]);
    const [past, now] = [proofs.find((p) => !p.current), proofs.find((p) => p.current)];
    // What the lost machine had delivered stands as it was last proven, whatever its image knows.
    expect(resultLane(past)).toMatchObject({ claim: { delivered: 5 }, held: { stored: 5 }, unknown: 0 });
    expect(resultLane(now)).toMatchObject({ claim: { delivered: 2 }, held: { stored: 1, duplicates: 1 } });
  });

  test('an idle image that is restored finds out by the server’s cursor, before it has anything to send', async () => {
    const agent = await begin('copy-idle');
    await agent.produce(testRow(0));
    await agent.sync();
    const image = await agent.copy(2);
    await agent.produce(testRow(4));
    await agent.sync();
    const { effects } = await image.sync();
    const reason = 'the server holds result block 2, and 1 is the last here';
    expect(effects).toContainEqual({ kind: 'new-epoch', reason });
    await image.produce(testRow(8));
    await image.sync();
    expect(await devicesOf('copy-idle')).toHaveLength(3);
  });

  test('two copies of a disk under one key are told apart at the first block, and named', async () => {
    const one = await begin('copy-clone');
    await one.produce(testRow(0, { device: 'left' }));
    await one.sync();
    const two = await one.copy(2);
    for (const second of [4, 8, 12]) {
      await one.produce(testRow(second, { device: 'left' }));
      await two.produce(testRow(second, { device: 'right' }));
      await one.sync();
      await two.sync();
    }
    await two.sync();
    await one.sync();
    await two.sync();
    await one.sync();
    const held = await devicesOf('copy-clone');
    expect(held.filter(([device]) => device === 'left')).toHaveLength(4);
    expect(held.filter(([device]) => device === 'right')).toHaveLength(3);
    expect(toHex(one.outbox.epoch)).not.toBe(toHex(two.outbox.epoch));
    const alerts = (await alertsOf('copy-clone')).join('\n');
    expect(alerts).toMatch(
      /offered other bytes as block 2 of lane result: a restored image or a cloned disk/,
    );
    expect(alerts).toMatch(/is back under epoch [0-9a-f]{8}, which had ended: two copies of it run/);
    const proofs = await proofsOf('copy-clone');
    expect(proofs.map(({ problems }) => problems)).toEqual([[], []]);
    const stored = proofs.map((proof) => resultLane(proof).held.stored);
    expect(stored.reduce((a, b) => a + b, 0)).toBe(7);
  });

  test('a gateway is replaced by one with a key of its own: the old one is out, its remainder unknown', async () => {
    const operator = operatorOf();
    const old = await begin('copy-replaced');
    await old.produce(testRow(0), testRow(4));
    await old.sync();
    await old.sync();
    await old.produce(testRow(8));
    // It says that it has one more result, and dies before that one is sent.
    const request = await old.report();
    expect((await old.http.post(request)).status).toBe(200);

    const nobody = await operator.api('POST', 'agents/copy-replaced/replace');
    expect([nobody.status, nobody.json.detail]).toEqual([409, 'no second key waits for agent copy-replaced']);
    const replacement = new HttpAgent(operator.host, 'copy-replaced');
    expect((await replacement.enrol(await operator.enrolToken())).json.status).toBe('pending');
    expect((await operator.ok('GET', 'agents/copy-replaced')).json.replacementWaits).toBe(true);
    await operator.ok('POST', 'agents/copy-replaced/replace');
    expect((await operator.ok('GET', 'agents/copy-replaced')).json.replacementWaits).toBe(false);
    // Neither the token that the old one has, nor a new one, lets it in.
    expect((await old.http.post(request)).status).toBe(401);
    expect((await old.http.askToken()).status).toBe(401);

    const fresh = await OutboxAgent.begin(await replacement.comeIn(await operator.enrolToken()));
    await fresh.produce(testRow(4), testRow(12));
    await fresh.sync();
    await fresh.sync();
    expect(await devicesOf('copy-replaced')).toHaveLength(3);
    const proofs = await proofsOf('copy-replaced');
    expect(proofs.map(({ problems }) => problems)).toEqual([[], []]);
    expect(resultLane(proofs.find((p) => !p.current))).toMatchObject({ unknown: 1, held: { stored: 2 } });
    expect(resultLane(proofs.find((p) => p.current))).toMatchObject({ held: { stored: 1, duplicates: 1 } });
    const audit = (await operator.ok('GET', 'audit?limit=1000')).json.items;
    expect(audit).toContainEqual(
      expect.objectContaining({ action: 'agent.replace', subject: 'copy-replaced' }),
    );
  });
}
