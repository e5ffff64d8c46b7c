import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from './folder.ts';

const scratch = mkdtempSync(join(tmpdir(), 'skerry-folder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test('what is missing above a folder is made with it, for this user alone; again changes nothing', () => {
  const folder = join(scratch, 'a/b/c');
  makeFolder(folder);
  makeFolder(folder);
  for (const made of [folder, join(scratch, 'a')]) expect(statSync(made).mode & 0o777).toBe(0o700);
});

test('a file in its place, or above it, is said plainly', () => {
  const file = join(scratch, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'sub')])
    expect(() => makeFolder(folder)).toThrow(`can't keep anything in ${folder}`);
});

test.runIf(process.platform === 'linux')('where nothing can be made it ends, and says so', () => {
  expect(() => makeFolder('/proc/no-such-folder/data')).toThrow(/can't keep anything in \/proc/);
});
