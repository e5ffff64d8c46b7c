import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import { testRelease } from '../pipeline/test-pipeline.ts';
import type { Inferred } from '../pipeline/types.ts';
import { TestWorld } from '../sync/test-world.ts';
import { EvidenceBook } from './book.ts';
import type { Activation, EvidenceRole } from './types.ts';

const world = (): TestWorld => new TestWorld();

function open(of: TestWorld, pipelines = ['p'], machineBoot?: string): Promise<EvidenceBook> {
  return EvidenceBook.open({
    ...of,
    agentId: 'gw',
    pipelines,
    machineBoot,
    poweredMs: () => of.monoMs,
    recent: { minWindows: 20, withinMs: 600_000 },
    sign: (message) => nodeCrypto.sign(new Uint8Array(32), message),
  });
}

const digest = (n: number): string => `sha256:${String(n).padStart(64, '0')}`;
const release = (n: number, change: Partial<Activation> = {}): Activation => ({
  manifest: testRelease(),
  digest: digest(n),
  outcomes: [],
  ...change,
});
const inferred: Inferred = {
  outputs: { score: { width: 1, values: Float32Array.of(0) } },
  inputDigests: new Uint8Array(),
  variant: '',
  backend: '',
  inferUs: 40,
};
type Decided = Parameters<EvidenceBook['noteRow']>[2];
const normal = { row: { decision: 'normal', outputs: {} }, alert: undefined } as unknown as Decided;

function note(book: EvidenceBook, windows: number, role: EvidenceRole = 'active'): void {
  book.noteRun('p', role, inferred, windows);
  for (let i = 0; i < windows; i++) book.noteRow('p', role, normal, inferred, 0);
}

async function commit(book: EvidenceBook, { store }: TestWorld): Promise<void> {
  const change = book.take();
  await store.batch(change.ops, { sync: true });
  change.committed();
}

async function giveBack(book: EvidenceBook, { store }: TestWorld, n: number): Promise<void> {
  const change = book.reversion('p', digest(n), 'errors', 1_000);
  await store.batch(change.ops, { sync: true });
  change.committed();
}

const told = (book: EvidenceBook) =>
  book
    .records()
    .map(({ releaseDigest, role, windows, reverted }) => [
      Number(releaseDigest!.slice(7)),
      role === 1 ? 'active' : 'shadow',
      windows ?? 0,
      ...(reverted ? [reverted.reason] : []),
    ]);

test('only what is durable is told', async () => {
  const at = world();
  const book = await open(at);
  book.begin('p', 'active', release(1));
  note(book, 5);
  expect(told(book)).toEqual([[1, 'active', 0]]);
  const change = book.take();
  expect(told(book)).toEqual([[1, 'active', 0]]);
  change.committed();
  expect(told(book)).toEqual([[1, 'active', 5]]);
});

test('what was durable when the process ended goes on, once, and the rest counts again', async () => {
  const at = world();
  let book = await open(at);
  book.begin('p', 'active', release(1));
  await book.started();
  note(book, 5);
  await commit(book, at);
  note(book, 3);
  book = await open(at);
  expect(told(book)).toEqual([[1, 'active', 5]]);
  book.begin('p', 'active', release(1));
  note(book, 3);
  await commit(book, at);
  expect(told(book)).toEqual([[1, 'active', 8]]);
  expect(book.records()[0]).toMatchObject({ restarts: 1 });
  // Activated anew in one process, it counts from 0.
  book.begin('p', 'active', release(1));
  expect(told(book)).toEqual([[1, 'active', 0]]);
});

test('time in a role counts while powered on, over restarts', async () => {
  const at = world();
  let book = await open(at);
  await at.pass(7_000);
  book.begin('p', 'active', release(1));
  await commit(book, at);
  await at.pass(60_000);
  book = await open(at);
  book.begin('p', 'active', release(1));
  await at.pass(500);
  expect(book.records()[0]!.activeMs).toBe(60_500);
  // An outbox that began anew counts powered-on time anew, too.
  at.monoMs = 10;
  book = await open(at);
  expect(book.records()[0]!.activeMs).toBe(0);
});

test('a shadow counts beside what serves; another champion begins another comparison', async () => {
  const at = world();
  let book = await open(at);
  const shadow = (champion: number): Activation => release(2, { champion: digest(champion) });
  book.begin('p', 'active', release(1));
  book.begin('p', 'shadow', shadow(1));
  note(book, 4);
  note(book, 3, 'shadow');
  book.noteShadow('p', { matched: 3, flips: 1, distance: 0.5, squaredDistance: 0.25, shed: 1 });
  await commit(book, at);
  expect(told(book)).toEqual([
    [1, 'active', 4],
    [2, 'shadow', 3],
  ]);
  book = await open(at);
  book.begin('p', 'active', release(1));
  book.begin('p', 'shadow', shadow(1));
  expect(book.records()[1]!.shadow).toMatchObject({ matched: 3, flips: 1, shedWindows: 1 });
  book.begin('p', 'shadow', shadow(3));
  expect(book.records()[1]!.shadow).toMatchObject({ matched: 0, championDigest: digest(3) });
  book.end('p', 'shadow');
  await commit(book, at);
  expect(told(book)).toEqual([[1, 'active', 4]]);
  expect([...at.entries.keys()].filter((key) => key.includes('shadow'))).toEqual([]);
});

test('of releases that were given back the last six are kept, and nothing else of them', async () => {
  const at = world();
  const book = await open(at);
  for (let n = 1; n <= 9; n++) {
    book.begin('p', 'active', release(n));
    note(book, n);
    await commit(book, at);
    if (n < 9) await giveBack(book, at, n);
  }
  const expected = [[9, 'active', 9], ...[3, 4, 5, 6, 7, 8].map((n) => [n, 'active', n, 'errors'])];
  expect(told(book)).toEqual(expected);
  await commit(book, at);
  expect(told(await open(at))).toEqual(expected);
  expect([...at.entries.keys()].filter((key) => key.startsWith('e/c/'))).toHaveLength(7);
});

test('a release that takes a while to give way is told as given back at once, with all that it still did', async () => {
  const at = world();
  const book = await open(at);
  book.begin('p', 'active', release(1));
  note(book, 5);
  await commit(book, at);
  await giveBack(book, at, 1);
  note(book, 2);
  await commit(book, at);
  expect(told(book)).toEqual([[1, 'active', 7, 'errors']]);
  book.begin('p', 'active', release(2));
  await commit(book, at);
  expect(told(book)).toEqual([
    [2, 'active', 0],
    [1, 'active', 7, 'errors'],
  ]);
});

test('damaged records are logged and left out, what pipelines left that are gone is removed', async () => {
  const at = world();
  let book = await open(at, ['p', 'q']);
  for (const pipeline of ['p', 'q']) book.begin(pipeline, 'active', release(1));
  note(book, 5);
  await commit(book, at);
  at.damage(`e/c/p/active/${digest(1)}`, 'xxxxxxxx');
  book = await open(at, ['p']);
  book.begin('p', 'active', release(1));
  expect(told(book)).toEqual([[1, 'active', 0]]);
  note(book, 2);
  await commit(book, at);
  expect(told(book)).toEqual([[1, 'active', 2]]);
  expect(at.lines.filter((line) => line.includes('damaged'))).toHaveLength(1);
  expect([...at.entries.keys()].filter((key) => key.includes('/q'))).toEqual([]);

  at.damage('e/b/p', '{"v":1');
  book = await open(at, ['p']);
  expect(told(book)).toEqual([]);
  book.begin('p', 'active', release(1));
  await commit(book, at);
  expect(told(await open(at, ['p']))).toEqual([[1, 'active', 0]]);
});

test('the release that serves next after a crash is the one that it is told of', async () => {
  const at = world();
  let book = await open(at);
  book.begin('p', 'active', release(1));
  await book.started();
  const crashes = (): number => book.conduct('p')!.crashAgesMs.length;
  expect(crashes()).toBe(0);
  book = await open(at);
  // Release 2 had just been activated, and nothing of it was written yet.
  book.begin('p', 'active', release(2));
  expect(crashes()).toBe(1);
  book.begin('p', 'active', release(3));
  expect(crashes()).toBe(0);
  await book.started();
  book = await open(at);
  // That release was given up while it was loaded: the one in its place is not at fault.
  await giveBack(book, at, 3);
  book.begin('p', 'active', release(2));
  expect(crashes()).toBe(0);
  await book.started();
  await book.stopped();
  book = await open(at);
  book.begin('p', 'active', release(2));
  expect(crashes()).toBe(0);
});

test('a power cut is no crash of the release that served', async () => {
  const at = world();
  const after = async (boot: string): Promise<number> => {
    const book = await open(at, ['p'], boot);
    book.begin('p', 'active', release(1));
    await book.started();
    return book.conduct('p')!.crashAgesMs.length;
  };
  expect(await after('boot 1')).toBe(0);
  expect(await after('boot 2')).toBe(0);
  expect(await after('boot 2')).toBe(1);
});

test('a disk that refuses when the process starts and stops holds up nothing, and what was to be written still is', async () => {
  const at = world();
  const book = await open(at);
  book.begin('p', 'active', release(1));
  const { batch } = at.store;
  at.store.batch = () => Promise.reject(new Error('no space left'));
  await book.started();
  await book.stopped();
  at.store.batch = batch;
  note(book, 2);
  await commit(book, at);
  expect(told(await open(at))).toEqual([[1, 'active', 2]]);
});
