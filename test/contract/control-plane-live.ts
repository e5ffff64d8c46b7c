import { testRow } from '@skerry/control-plane/node/testing';
import { expect, test } from 'vitest';
import { agentsThatSynced, type ContractHost, HttpAgent, type Operator } from './control-plane-world.ts';

/** What reaches those who are connected, and what is left after a restart. */
export function liveContract(operatorOf: () => Operator): void {
  test('a connected agent is woken when there is something for it, by notices without content', async () => {
    const operator = operatorOf();
    await operator.push('wakes@1.0.0');
    const [agent] = await agentsThatSynced(operator, 'li-wake', 1, { group: 'wakes' }, 'wakes');
    const socket = await openWake(operator.host, agent!.accessToken);
    await operator.rollOut({
      release: 'wakes@1.0.0',
      selector: 'group==wakes',
      stages: [{ name: 'all', agents: '100%', soak: '1h' }],
    });
    expect(await socket.next()).toBe('wake');
    await agent!.sync();
    expect(agent!.sim.wanted()).toBe('wakes@1.0.0');
    socket.close();
  });

  test('a wake socket without a good access token is refused', async () => {
    const { host } = operatorOf();
    await expect(openWake(host, 'no.good.token')).rejects.toThrow('refused');
  });

  test('a console is told what has changed as it happens', async () => {
    const operator = operatorOf();
    const agent = await new HttpAgent(operator.host, 'li-events').comeIn(await operator.enrolToken());
    const response = await operator.host.fetch(
      new Request(`${operator.host.url}/api/v1/events`, {
        headers: { authorization: `Bearer ${operator.host.adminToken}` },
      }),
    );
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let text = '';
    let second = 0;
    // A host that polls sees only what comes after its first look, so the agent goes on sending.
    const sending = setInterval(() => {
      agent.sim.produce([testRow(second++ * 4)]);
      void agent.sync();
    }, 250);
    while (!/event: changed\ndata: .*"results"/.test(text)) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      text += decoder.decode(value, { stream: true });
    }
    clearInterval(sending);
    await reader.cancel();
  });

  test('after a restart everything is there, and agents go on where they were', async () => {
    const operator = operatorOf();
    const agent = await new HttpAgent(operator.host, 'li-restart').comeIn(await operator.enrolToken());
    agent.sim.produce([testRow(0)]);
    await agent.exchange();
    const before = (await operator.ok('GET', 'rollouts')).json.items.length;
    await operator.host.restart();
    agent.sim.produce([testRow(4)]);
    await agent.sync();
    expect((await operator.ok('GET', 'results?agent=li-restart')).json.items).toHaveLength(2);
    expect((await operator.ok('GET', 'rollouts')).json.items).toHaveLength(before);
    expect((await operator.ok('GET', 'audit/verify')).json.ok).toBe(true);
  });
}

async function openWake(
  host: ContractHost,
  accessToken: string,
): Promise<{ next(): Promise<string>; close(): void }> {
  const url = `${host.url.replace(/^http/, 'ws')}/agent/v1/wake`;
  const socket = new WebSocket(url, ['skerry.v1', `bearer.${accessToken}`]);
  const messages: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  socket.onmessage = (event) => {
    const taker = waiting.shift();
    if (taker) taker(String(event.data));
    else messages.push(String(event.data));
  };
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error('refused'));
  });
  expect(socket.protocol).toBe('skerry.v1');
  return {
    next: async () => messages.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    close: () => socket.close(),
  };
}
