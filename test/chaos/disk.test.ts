import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@skerry/firmware-sim/random';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { type Contents, readContents, TracedDisk, writeContents } from './disk.ts';
import { type DiskCall, readTrace } from './strace.ts';

const folder = scratchFolder();
const SEEDS = 200;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A disk whose folder `name` was there, with an empty file `old` in it, after some calls on paths in it. */
function diskAfter(name: string, ...calls: DiskCall[]): TracedDisk {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'old'), '');
  const disk = new TracedDisk(root);
  const absolute = (path: string): string => join(root, path);
  for (const call of calls)
    disk.apply(
      call.call === 'rename'
        ? { ...call, from: absolute(call.from), to: absolute(call.to) }
        : { ...call, path: absolute(call.path) },
    );
  return disk;
}

const create = (path: string): DiskCall => ({ call: 'open', path, creates: true, truncates: true });
const write = (path: string, text: string): DiskCall => ({
  call: 'write',
  path,
  bytes: utf8(text),
  at: undefined,
});
const sync = (path: string): DiskCall[] => [
  { call: 'sync-begins', path, thread: '1' },
  { call: 'sync', path, thread: '1' },
];

/** Everything that cuts may leave, each once: `old, a="text"`. */
function outcomes(disk: TracedDisk): Set<string> {
  const seen = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) seen.add(shown(disk.afterPowerCut(createRandom(seed))));
  return seen;
}

function shown(contents: Contents): string {
  return [...contents]
    .filter(([path]) => path !== '' && path !== 'old')
    .map(([path, content]) => `${path}=${content === 'folder' ? '/' : new TextDecoder().decode(content)}`)
    .sort()
    .join(' ');
}

describe('a cut', () => {
  test('leaves every byte that was synced, and a beginning or zeros of what came later', () => {
    const disk = diskAfter('tail', create('a'), write('a', 'one'), ...sync('a'), write('a', 'two'));
    expect(outcomes(disk)).toEqual(
      new Set(['a=one', 'a=onet', 'a=onetw', 'a=onetwo', 'a=one\0\0\0', 'a=onet\0\0', 'a=onetw\0']),
    );
  });

  test('leaves a file that nobody synced, or none', () => {
    const disk = diskAfter('unsynced', create('a'), write('a', '1'));
    expect(outcomes(disk)).toEqual(new Set(['', 'a=', 'a=1', 'a=\0']));
  });

  test('does not count what was written while a sync ran', () => {
    const [begins, ends] = sync('a');
    const disk = diskAfter('during', create('a'), begins!, write('a', '1'), ends!);
    expect(outcomes(disk)).toContain('a=');
  });

  test('never removes the old name before the new one is there', () => {
    const calls = [
      create('tmp'),
      write('tmp', '1'),
      ...sync('tmp'),
      { call: 'rename', from: 'tmp', to: 'a' } as const,
    ];
    const disk = diskAfter('rename', create('b'), ...sync('b'), ...calls, { call: 'remove', path: 'b' });
    expect(outcomes(disk)).toEqual(new Set(['b= tmp=1', 'a=1 b=', 'a=1']));
  });

  test('leaves all names of a folder that was synced', () => {
    const disk = diskAfter('folder', { call: 'mkdir', path: 'd' }, create('d/a'), ...sync('d'));
    expect(outcomes(disk)).toEqual(new Set(['d/a= d=/']));
  });

  test('leaves the folders above a file that was synced', () => {
    const disk = diskAfter('above', create('b'), { call: 'mkdir', path: 'd' }, create('d/a'), ...sync('d/a'));
    // A file system that journals in order keeps b as well; one that logs the file alone need not.
    expect(outcomes(disk)).toEqual(new Set(['b= d/a= d=/', 'd/a= d=/']));
  });
});

test('contents are written as they were read', () => {
  const disk = diskAfter('copy', { call: 'mkdir', path: 'd' }, create('d/a'), write('d/a', '1'));
  const copy = join(folder, 'copied');
  writeContents(copy, disk.contents());
  expect(readContents(copy)).toEqual(new Map<string, unknown>([...disk.contents()].map(asBuffer)));
});

function asBuffer([path, content]: [string, Uint8Array | 'folder']): [string, unknown] {
  return [path, content === 'folder' ? content : Buffer.from(content)];
}

describe('a trace', () => {
  const hex = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const trace = (...lines: string[]): ReturnType<typeof readTrace> => {
    const file = join(folder, 'trace');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return readTrace(file, '/d');
  };

  test('says what was done to the folder, calls of other threads in between', () => {
    const { calls, cutShort } = trace(
      `7  openat(AT_FDCWD<${hex('/w')}>, "${hex('/d/a')}", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3<${hex('/d/a')}>`,
      `7  write(3<${hex('/d/a')}>, "${hex('ab')}", 2 <unfinished ...>`,
      `8  write(1<${hex('/dev/null')}>, "${hex('x')}", 1) = 1`,
      '7  <... write resumed>) = 2',
      `8  fdatasync(3<${hex('/d/a')}>) = 0`,
    );
    const path = '/d/a';
    expect(calls).toEqual([
      { call: 'open', path, creates: true, truncates: true },
      { call: 'write', path, bytes: Buffer.from('ab'), at: undefined },
      { call: 'sync-begins', path, thread: '8' },
      { call: 'sync', path, thread: '8' },
    ]);
    expect(cutShort).toBe(false);
  });

  test('a sync that failed, was pretended or never returned is none', () => {
    const { calls, cutShort } = trace(
      `7  fdatasync(3<${hex('/d/a')}>) = 0 (INJECTED)`,
      `7  fdatasync(3<${hex('/d/a')}>) = -1 EIO (Input/output error) (INJECTED)`,
      `7  fdatasync(3<${hex('/d/a')}> <unfinished ...>`,
    );
    expect(calls.filter(({ call }) => call === 'sync')).toEqual([]);
    expect(cutShort).toBe(true);
  });

  test('a call that the model does not know ends the test', () => {
    expect(() => trace(`7  fallocate(3<${hex('/d/a')}>, 0, 0, 4096) = 0`)).toThrow('fallocate');
  });
});
