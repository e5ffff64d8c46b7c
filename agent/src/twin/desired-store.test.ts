import { expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { openDesiredStore } from './desired-store.ts';

const desired = (generation: number) => ({ generation, pipelines: [{ name: 'p', release: 'r@1.0.0' }] });

test('what the control plane last said is there after a restart', async () => {
  const world = new TestWorld();
  const store = await openDesiredStore(world.store, world.log);
  expect(store.seen()).toEqual({ instance: '', generation: 0 });
  await store.put(desired(3), 'one');
  const again = await openDesiredStore(world.store, world.log);
  expect(again.seen()).toEqual({ instance: 'one', generation: 3 });
  expect(again.current()?.pipelines?.[0]).toMatchObject({ name: 'p', release: 'r@1.0.0' });
});

test('another instance replaces it whole, whatever its generation', async () => {
  const world = new TestWorld();
  const store = await openDesiredStore(world.store, world.log);
  await store.put(desired(9), 'one');
  await store.put({ generation: 1, pipelines: [] }, 'two');
  const again = await openDesiredStore(world.store, world.log);
  expect(again.seen()).toEqual({ instance: 'two', generation: 1 });
  expect(again.current()?.pipelines).toEqual([]);
});

test('a damaged one is forgotten, so that it is asked for again', async () => {
  const world = new TestWorld();
  await (await openDesiredStore(world.store, world.log)).put(desired(3), 'one');
  world.entries.set('g/desired', new Uint8Array([255, 255]));
  const again = await openDesiredStore(world.store, world.log);
  expect([again.current(), again.seen()]).toEqual([undefined, { instance: '', generation: 0 }]);
  expect(world.lines.join()).toContain('damaged');
});

test('what could not be stored is not believed either', async () => {
  const world = new TestWorld();
  const failing = { ...world.store, batch: () => Promise.reject(new Error('no space left')) };
  const store = await openDesiredStore(failing, world.log);
  await expect(store.put(desired(1), 'one')).rejects.toThrow('no space left');
  expect(store.seen()).toEqual({ instance: '', generation: 0 });
});
