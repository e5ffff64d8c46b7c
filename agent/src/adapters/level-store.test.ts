import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { utf8 } from '@skerry/proto/bytes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Store, StoreOp } from '../ports.ts';
import { folderBytes, requireHead, setAside } from './level-folder.ts';
import { openLevelStore } from './level-store.ts';

const MIB = 1024 ** 2;
let root: string;
let location: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skerry-level-'));
  location = join(root, 'db');
});
afterEach(() => rm(root, { recursive: true }));

const open = (maxBytes = 8 * MIB): Promise<Store> =>
  openLevelStore({ location, maxBytes, folder: { requireHead, folderBytes } });
const put = (key: string, value: Uint8Array): StoreOp => ({ type: 'put', key, value });

/** Bytes that no compression makes smaller. */
function noise(length: number, seed: number): Uint8Array {
  let x = seed | 1;
  return Uint8Array.from({ length }, () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x;
  });
}

test('a second process on the same folder is told plainly, and the first goes on', async () => {
  const first = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'conflict',
    message: `another skerry-agent is using ${location}`,
  });
  await first.batch([put('a', utf8('1'))], { sync: true });
  await first.close();
});

test('a damaged manifest is corrupt, and setting it aside keeps every byte and leaves room for a new one', async () => {
  await (await open()).close();
  const manifest = (await readdir(location)).find((n) => n.startsWith('MANIFEST'))!;
  await writeFile(join(location, manifest), noise(500, 1));
  await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
  const aside = await setAside(location, Date.UTC(2026, 10, 20, 9));
  expect(aside).toBe(`${location}.corrupt-20261120T090000Z`);
  expect(await readdir(aside)).toContain(manifest);
  await (await open()).close();
  expect(await setAside(location, Date.UTC(2026, 10, 20, 9))).toBe(`${aside}-1`);
});

test('a folder that lost its CURRENT file is corrupt, not a new database', async () => {
  const store = await open();
  await store.batch([put('a', utf8('1'))], { sync: true });
  await store.close();
  await unlink(join(location, 'CURRENT'));
  await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
  expect((await readdir(location)).some((n) => n.startsWith('MANIFEST'))).toBe(true);
});

test('a log cut short by a power loss opens with what was whole', async () => {
  const store = await open();
  await store.batch([put('a', utf8('1'))], { sync: true });
  await store.batch([put('b', noise(1000, 2))], { sync: false });
  await store.close();
  const log = (await readdir(location)).find((n) => /^\d+\.log$/.test(n))!;
  await truncate(join(location, log), 500);
  const again = await open();
  expect(await again.get('a')).toEqual(utf8('1'));
  expect(await again.get('b')).toBeUndefined();
  await again.close();
});

test('a queue written at one end and deleted at the other stays under 4 × maxBytes + 16 MiB on disk', async () => {
  const maxBytes = 2 * MIB;
  const store = await open(maxBytes);
  const record = 32 * 1024;
  const held = maxBytes / record;
  let largest = 0;
  for (let i = 0; i < 800; i++) {
    const ops: StoreOp[] = [put(`q/${String(i).padStart(8, '0')}`, noise(record, i))];
    if (i >= held) ops.push({ type: 'del', key: `q/${String(i - held).padStart(8, '0')}` });
    await store.batch(ops, { sync: false });
    if (i % 20 === 0) largest = Math.max(largest, await folderBytes(location));
  }
  expect(await store.range({ gte: 'q/', lt: 'q0', limit: held + 1 })).toHaveLength(held);
  await store.close();
  expect(largest).toBeLessThan(4 * maxBytes + 16 * MIB);
});

// A limit on the size of files stands for the full disk: the write really fails, half way through a batch.
const script = `
  import { openLevelStore } from ${JSON.stringify(new URL('./level-store.ts', import.meta.url).href)};
  const store = await openLevelStore({ location: process.argv[1], maxBytes: 8 * 1024 ** 2 });
  const report = [];
  const commit = async (key, size) => {
    try {
      await store.batch([{ type: 'put', key, value: new Uint8Array(size).fill(7) }], { sync: true });
      report.push(key + ' committed');
    } catch (error) {
      report.push(key + ' ' + error.name + ' ' + error.code);
    }
  };
  await commit('small', 1000);
  await commit('huge', 900 * 1024);
  await commit('after', 1000);
  for (const key of ['small', 'huge', 'after'])
    report.push(key + ' ' + ((await store.get(key))?.length ?? 'absent'));
  await store.close();
  console.log(report.join('\\n'));
`;

test.skipIf(process.platform === 'win32')(
  'a commit that fails half way is refused, what was committed stays, and the next commit succeeds',
  async () => {
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      'trap "" XFSZ; ulimit -f 200; exec "$@"',
      'limited',
      process.execPath,
      '--conditions=source',
      '--input-type=module',
      '--eval',
      script,
      location,
    ]);
    expect(stdout.trim().split('\n')).toEqual([
      'small committed',
      'huge SkerryError failed',
      'after committed',
      'small 1000',
      'huge absent',
      'after 1000',
    ]);
  },
);
