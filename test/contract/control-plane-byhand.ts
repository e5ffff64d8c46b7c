import { acknowledgeFile } from '@skerry/agent/byhand/acknowledge';
import { testRow } from '@skerry/control-plane/node/testing';
import { BUNDLE_MAGIC, framePart, readParts, sealPart } from '@skerry/proto/bundle';
import { concat, fromBase64 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decode, encode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { type Answer, call, HttpAgent, type Operator } from './control-plane-world.ts';
import { OutboxAgent } from './outbox-agent.ts';

/** A file in an agent's way out, part by part in, and the acknowledgement back. */
export function byHandContract(operatorOf: () => Operator): void {
  const begin = async (id: string): Promise<OutboxAgent> =>
    OutboxAgent.begin(await new HttpAgent(operatorOf().host, id).comeIn(await operatorOf().enrolToken()));
  const send = (part: Uint8Array): Promise<Answer> =>
    operatorOf().api('POST', 'results/import', { body: part });
  const partsOf = async (file: Uint8Array): Promise<Uint8Array[]> => {
    const parts: Uint8Array[] = [];
    for await (const { bytes } of readParts(chunks(file), 'the file')) parts.push(bytes);
    return parts;
  };
  /** Imports a file and returns the acknowledgement's bytes. */
  const carry = async (file: Uint8Array): Promise<Uint8Array> => {
    const answers: Uint8Array[] = [];
    for (const part of await partsOf(file)) {
      const answer = await send(part);
      if (answer.status !== 200) throw new Error(`import: ${answer.status} ${JSON.stringify(answer.json)}`);
      answers.push(framePart(fromBase64(answer.json.acknowledgement)));
    }
    return concat([BUNDLE_MAGIC, ...answers]);
  };
  const resultsOf = async (agent: string): Promise<unknown[]> =>
    (await operatorOf().ok('GET', `results?agent=${agent}&limit=1000`)).json.items;

  test('what a file holds is taken once, whether it comes twice, late, or after sync brought the same', async () => {
    const agent = await begin('hand-once');
    await agent.produce(testRow(0), testRow(4));
    const first = await agent.export();
    await agent.produce(testRow(8));
    const second = await agent.export();
    const answer = await carry(second);
    expect(await resultsOf('hand-once')).toHaveLength(3);
    await carry(second);
    await carry(first);
    await agent.produce(testRow(12));
    await agent.sync();
    await carry(first);
    expect(await resultsOf('hand-once')).toHaveLength(4);
    // The network was quicker: what comes back by hand changes nothing any more.
    expect(agent.results()).toMatchObject({ delivered: 4, pending: 0 });
    await agent.byHand.acknowledge(chunks(answer), 'the answer');
    expect(agent.results()).toMatchObject({ delivered: 4, pending: 0 });
    await agent.sync();
    const [proof] = (await operatorOf().ok('GET', 'ledger/verify?agent=hand-once')).json.items;
    expect(proof).toMatchObject({ proven: true, problems: [] });
  });

  test('an acknowledgement covers what its file held, and no more', async () => {
    const agent = await begin('hand-covers');
    await agent.produce(testRow(0));
    const file = await agent.export();
    await agent.produce(testRow(4));
    await agent.byHand.acknowledge(chunks(await carry(file)), 'the answer');
    expect(agent.results()).toMatchObject({ delivered: 1, pending: 1 });
    await agent.sync();
    expect(agent.results()).toMatchObject({ delivered: 2, pending: 0 });
    expect(await resultsOf('hand-covers')).toHaveLength(2);
  });

  test('a part says what is true of the agent only where nothing newer was heard', async () => {
    const agent = await begin('hand-newest');
    await agent.produce(testRow(0));
    const file = await agent.export();
    agent.http.sim.pipeline.release = 'press@2.0.0';
    await agent.sync();
    await carry(file);
    const { json } = await operatorOf().ok('GET', 'agents/hand-newest');
    expect(json.pipelines).toMatchObject([{ release: 'press@2.0.0' }]);
    agent.http.sim.pipeline.release = 'press@3.0.0';
    agent.world.monoMs += 1_000;
    await carry(await agent.export());
    expect((await operatorOf().ok('GET', 'agents/hand-newest')).json.pipelines).toMatchObject([
      { release: 'press@3.0.0' },
    ]);
  });

  test('a file of an epoch that has ended is taken, and ends nothing', async () => {
    const agent = await begin('hand-epoch');
    await agent.produce(testRow(0), testRow(4));
    const file = await agent.export();
    await agent.outbox.newEpoch('told to');
    await agent.sync();
    await agent.sync();
    const answer = await carry(file);
    expect(await resultsOf('hand-epoch')).toHaveLength(2);
    const ledgers = (await operatorOf().ok('GET', 'ledger/verify?agent=hand-epoch')).json.items;
    expect(ledgers.filter((l: { current: boolean }) => l.current)).toHaveLength(1);
    expect(ledgers.every((l: { proven: boolean }) => l.proven)).toBe(true);
    await expect(agent.byHand.acknowledge(chunks(answer), 'the answer')).rejects.toThrow(
      /is for epoch [0-9a-f]{8}, and the outbox is in epoch/,
    );
  });

  test('other blocks under the same numbers are no more merged by hand than by sync', async () => {
    const agent = await begin('hand-clone');
    await agent.produce(testRow(0));
    const copy = await agent.copy(2);
    await agent.sync();
    await copy.produce(testRow(4));
    await agent.produce(testRow(8));
    await agent.sync();
    const outcome = await copy.byHand.acknowledge(chunks(await carry(await copy.export())), 'the answer');
    expect(outcome.newEpoch).toMatch(/holds other result blocks under this epoch/);
    expect(await resultsOf('hand-clone')).toHaveLength(2);
    await copy.byHand.acknowledge(chunks(await carry(await copy.export())), 'the answer');
    expect(await resultsOf('hand-clone')).toHaveLength(3);
    expect(copy.results()).toMatchObject({ pending: 0 });
  });

  test('results of strangers are refused by name: never enrolled, not approved, another key, a viewer’s token', async () => {
    const operator = operatorOf();
    const agent = await begin('hand-known');
    await agent.produce(testRow(0));
    const [part] = await partsOf(await agent.export());
    const stranger = await OutboxAgent.begin(new HttpAgent(operator.host, 'hand-stranger'));
    const [unknown] = await partsOf(await stranger.export());
    expect(await send(unknown!)).toMatchObject({
      status: 404,
      json: { detail: 'agent hand-stranger never enrolled here, so nobody knows its key' },
    });
    await stranger.http.enrol();
    expect((await send(unknown!)).json.detail).toBe('agent hand-stranger is pending');
    const content = decode(v1.SignedPart, part!).content;
    const forged = sealPart('results', decode(v1.BundlePart, content), (message) =>
      nodeCrypto.sign(stranger.http.seed, message),
    );
    expect(await send(forged)).toMatchObject({ status: 422, json: { code: 'untrusted' } });
    const other = encode(v1.SignedPart, { content, signature: new Uint8Array(64) });
    expect((await send(other)).json.code).toBe('untrusted');
    expect((await send(Uint8Array.of(255, 255, 255))).status).toBe(422);
    const viewer = (await operator.token('viewer')).token;
    const path = '/api/v1/results/import';
    expect((await call(operator.host, 'POST', path, { token: viewer, body: part! })).status).toBe(403);
    expect(await resultsOf('hand-known')).toHaveLength(0);
    expect((await send(part!)).json).toMatchObject({ agent: 'hand-known', results: 1 });
  });

  test('a gateway that waits for its id to be given to it waits with its results, too', async () => {
    const operator = operatorOf();
    await begin('hand-waits');
    const http = new HttpAgent(operator.host, 'hand-waits');
    await http.enrol(await operator.enrolToken());
    const next = await OutboxAgent.begin(http);
    await next.produce(testRow(0));
    const [part] = await partsOf(await next.export());
    expect((await send(part!)).json.hint).toMatch(/skerry agent replace hand-waits/);
    await operator.ok('POST', 'agents/hand-waits/replace');
    expect((await send(part!)).json).toMatchObject({ results: 1 });
  });

  test('an acknowledgement that is altered, forged, or names numbers never given out is refused', async () => {
    const operator = operatorOf();
    const agent = await begin('hand-trust');
    await agent.produce(testRow(0));
    const answer = await carry(await agent.export());
    // From here on the agent has the operator's root, which names the control plane's key.
    const root = await call(operator.host, 'GET', '/tuf/1.root.json');
    agent.world.entries.set('t/root', root.bytes);
    const [signed] = await partsOf(answer);
    const part = decode(v1.BundlePart, decode(v1.SignedPart, signed!).content);
    const forged = sealPart('acknowledgement', part, (message) => nodeCrypto.sign(agent.http.seed, message));
    const forgedFile = concat([BUNDLE_MAGIC, framePart(forged)]);
    await expect(agent.byHand.acknowledge(chunks(forgedFile), 'forged')).rejects.toThrow(
      'forged is not signed by the control plane that this agent trusts',
    );
    const beyond = structuredClone(part);
    for (const ack of beyond.acknowledgement!.acks!) ack.cursor = 99;
    const beyondFile = concat([
      BUNDLE_MAGIC,
      framePart(sealPart('acknowledgement', beyond, () => new Uint8Array(64))),
    ]);
    const unverified = {
      agentId: 'hand-trust',
      outbox: agent.outbox,
      verify: undefined,
      seen: () => ({ instance: '', generation: 0 }),
      applyDesired: async () => undefined,
    };
    await expect(acknowledgeFile(unverified, chunks(beyondFile), 'beyond')).rejects.toThrow(
      /beyond names result block 99, and 1 is the last/,
    );
    expect(agent.results()).toMatchObject({ delivered: 0, pending: 1 });
    await agent.byHand.acknowledge(chunks(answer), 'the answer');
    expect(agent.results()).toMatchObject({ delivered: 1, pending: 0 });
  });
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}
