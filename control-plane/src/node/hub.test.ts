import { describe, expect, test } from 'vitest';
import { createHub } from './hub.ts';

function world(count: number) {
  const due: (() => void)[] = [];
  const hub = createHub({
    after(_, fn) {
      due.push(fn);
      return () => undefined;
    },
  });
  const woken: string[] = [];
  const leave = Array.from({ length: count }, (_, i) =>
    hub.connect(`a${i}`, { wake: () => woken.push(`a${i}`), close: () => undefined }),
  );
  return { hub, woken, leave, pass: () => due.shift()?.() };
}

describe('hub', () => {
  test('a plan that concerns all wakes a hundred agents at once, and each of the others once, later', () => {
    const { hub, woken, leave, pass } = world(250);
    hub.wakeAgents('all');
    expect(woken).toHaveLength(100);
    hub.wakeAgents(['a249', 'unknown']);
    leave[200]!();
    pass();
    expect(woken).toHaveLength(200);
    pass();
    expect(woken).toHaveLength(249);
    expect(new Set(woken).size).toBe(249);
    expect(pass()).toBeUndefined();
    hub.wakeAgents(['a0']);
    expect(woken).toHaveLength(250);
  });

  test('an agent has so many sockets and no more: the oldest goes', () => {
    const { hub } = world(0);
    const closed: number[] = [];
    for (let i = 0; i < 10; i++) hub.connect('a', { wake: () => undefined, close: () => closed.push(i) });
    expect(closed).toEqual([0, 1]);
    expect(hub.connected()).toBe(1);
  });
});
