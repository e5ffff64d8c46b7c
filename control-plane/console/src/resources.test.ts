import { expect, test, vi } from 'vitest';
import { createResources } from './resources.ts';

/** Lets everything that waits only for promises happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined;
}

/** A server whose answers come when the test lets them. */
function world() {
  const asked: string[] = [];
  const answers: ((text: string | Error) => void)[] = [];
  let nowMs = 0;
  const pauses: number[] = [];
  const resources = createResources({
    load: (path) => {
      asked.push(path);
      return new Promise((resolve, reject) => {
        answers.push((text) => (typeof text === 'string' ? resolve(text) : reject(text)));
      });
    },
    nowMs: () => nowMs,
    pause: async (ms) => {
      pauses.push(ms);
      nowMs += ms;
    },
  });
  return {
    asked,
    pauses,
    resources,
    async answer(text: string | Error): Promise<void> {
      answers.shift()!(text);
      await settle();
    },
    pass: (ms: number): void => {
      nowMs += ms;
    },
  };
}

test('an answer equal to the one held changes nothing, not even identity', async () => {
  const { resources, answer, pass } = world();
  const drawn = vi.fn();
  resources.watch('/a', ['results'], drawn);
  await answer('{"n":1}');
  const first = resources.read('/a')?.data;
  pass(10_000);
  resources.changed('results');
  await answer('{"n":1}');
  expect(resources.read('/a')?.data).toBe(first);
  expect(drawn).toHaveBeenCalledTimes(1);
});

test('a failure keeps the last answer and says why; the next answer takes the line away', async () => {
  const { resources, answer, pass } = world();
  resources.watch('/a', ['results'], () => undefined);
  await answer('{"n":1}');
  pass(10_000);
  resources.changed('results');
  await answer(new Error('nobody answers'));
  expect(resources.read('/a')).toEqual({ data: { n: 1 }, error: 'nobody answers' });
  pass(10_000);
  resources.changed('results');
  await answer('{"n":1}');
  expect(resources.read('/a')).toEqual({ data: { n: 1 }, error: undefined });
});

test('a topic asks again for what it changes and for nothing that no page shows', async () => {
  const { asked, resources, answer, pass } = world();
  resources.watch('/results', ['results'], () => undefined);
  const leave = resources.watch('/agents', ['agents', 'results'], () => undefined);
  resources.watch('/release', [], () => undefined);
  for (const text of ['1', '2', '3']) await answer(text);
  pass(10_000);
  leave();
  resources.changed('results');
  expect(asked.slice(3)).toEqual(['/results']);
  await answer('4');
  pass(10_000);
  resources.changed(undefined);
  expect(asked.slice(4)).toEqual(['/results']);
});

test('changes while an answer is under way ask once more, whatever their number', async () => {
  const { asked, resources, answer } = world();
  resources.watch('/a', ['results'], () => undefined);
  for (let i = 0; i < 5; i++) resources.changed('results');
  expect(asked).toEqual(['/a']);
  await answer('1');
  expect(asked).toEqual(['/a', '/a']);
  await answer('2');
  expect(asked).toEqual(['/a', '/a']);
});

test('a path is asked once a second at most, and less often where its answer takes long', async () => {
  const { pauses, resources, answer, pass } = world();
  resources.watch('/a', ['results'], () => undefined);
  pass(100);
  await answer('1');
  resources.changed('results');
  await settle();
  expect(pauses).toEqual([900]);
  pass(2_000);
  await answer('2');
  resources.changed('results');
  await settle();
  // Four times the two seconds, counted from when it was asked.
  expect(pauses).toEqual([900, 6_000]);
});
