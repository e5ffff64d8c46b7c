import { SkerryError } from '@skerry/proto/errors';
import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** Commits that end when told to; `told` is who was called back, in order. */
function scene() {
  const commits: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const told: string[] = [];
  let open = true;
  const group = createGroupCommit({
    commit: () => new Promise<void>((resolve, reject) => commits.push({ resolve, reject })),
    mayStart: () => open,
  });
  return {
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
