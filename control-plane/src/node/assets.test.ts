import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createAssets } from './assets.ts';

const root = mkdtempSync(join(tmpdir(), 'skerry-assets-'));
mkdirSync(join(root, 'console', 'assets'), { recursive: true });
writeFileSync(join(root, 'console', 'assets', 'app.js'), 'in');
writeFileSync(join(root, 'secret.json'), 'out');
mkdirSync(join(root, 'console-other'));
writeFileSync(join(root, 'console-other', 'a.js'), 'out');
afterAll(() => rmSync(root, { recursive: true }));

test('a console file is found by its path, and nothing outside the folder ever is', async () => {
  const asset = createAssets(join(root, 'console'));
  expect((await asset('/assets/app.js'))?.immutable).toBe(true);
  for (const path of [
    '/../secret.json',
    '/assets/../../secret.json',
    '/../console-other/a.js',
    '//../secret.json',
    '/assets/\0.js',
    '/assets/app.js/x.js',
    '/assets',
    `/${'a'.repeat(5_000)}.js`,
  ])
    expect(await asset(path), path).toBeUndefined();
});
