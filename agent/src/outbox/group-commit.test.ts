import { SkerryError } from '@skerry/proto/errors';
import { expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { createGroupCommit } from './group-commit.ts';

/** Commits that end when told to; `told` is who was called back, in order. */
function scene(lingerMs = 0) {
  const world = new TestWorld();
  const commits: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const told: string[] = [];
  let open = true;
  const group = createGroupCommit({
    commit: () => new Promise<void>((resolve, reject) => commits.push({ resolve, reject })),
    mayStart: () => open,
    lingerMs,
    fullAt: 5,
    clock: world.clock,
    timers: world.timers,
  });
  return {
    world,
    commits,
    told,
    group,
    add: (name: string) => group.add((error) => told.push(error ? `${name}: ${error.message}` : name)),
    hold: (held: boolean) => {
      open = !held;
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('the first who comes to an idle disk waits for nobody; who comes meanwhile shares the next commit', async () => {
  const { commits, told, add, group } = scene();
  for (const name of ['a', 'b', 'c']) add(name);
  expect([commits.length, group.waiting]).toEqual([1, 3]);
  commits[0]!.resolve();
  await settle();
  expect([told, commits.length]).toEqual([['a'], 2]);
  add('d');
  commits[1]!.resolve();
  await settle();
  expect([told, commits.length]).toEqual([['a', 'b', 'c'], 3]);
  commits[2]!.resolve();
  await group.idle();
  expect(told).toEqual(['a', 'b', 'c', 'd']);
});

test('nobody is called back before the commit ended, and those of a failed one hear why', async () => {
  const { commits, told, add } = scene();
  add('a');
  add('b');
  await settle();
  expect(told).toEqual([]);
  commits[0]!.reject(new SkerryError('full', 'no space'));
  await settle();
  commits[1]!.resolve();
  await settle();
  expect(told).toEqual(['a: no space', 'b']);
});

test('while what comes after does not keep up no commit starts, and none is forgotten', async () => {
  const { commits, told, add, group, hold } = scene();
  hold(true);
  add('a');
  expect(commits).toHaveLength(0);
  hold(false);
  group.kick();
  commits[0]!.resolve();
  await group.idle();
  expect(told).toEqual(['a']);
});

test('a steady stream shares commits that begin so far apart, and who comes seldom waits for nothing', async () => {
  const { commits, add, world, group } = scene(100);
  add('a');
  expect(commits).toHaveLength(1);
  commits[0]!.resolve();
  await settle();
  add('b');
  await world.pass(99);
  add('c');
  expect(commits).toHaveLength(1);
  await world.pass(1);
  expect(commits).toHaveLength(2);
  commits[1]!.resolve();
  await settle();
  await world.pass(500);
  add('d');
  expect(commits).toHaveLength(3);
  commits[2]!.resolve();
  await settle();
  for (const name of ['e', 'f', 'g', 'h']) add(name);
  expect(commits).toHaveLength(3);
  // Many enough, or somebody who wants an end: no reason to wait any longer.
  add('i');
  expect(commits).toHaveLength(4);
  commits[3]!.resolve();
  await settle();
  add('j');
  const idle = group.idle();
  expect(commits).toHaveLength(5);
  commits[4]!.resolve();
  await idle;
});

test('once abandoned, everybody hears so, at once and from then on', async () => {
  const { commits, told, add, group } = scene();
  add('a');
  add('b');
  group.abandon(new SkerryError('unavailable', 'stopping'));
  add('c');
  expect(told).toEqual(['a: stopping', 'b: stopping', 'c: stopping']);
  commits[0]!.resolve();
  await group.idle();
  expect(told).toHaveLength(3);
});
