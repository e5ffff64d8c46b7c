import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { concat, utf8 } from './bytes.ts';
import { readTar, TAR_END, tarHeader, tarPadding } from './tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'skerry-tar-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES: [string, Uint8Array][] = [
  ['empty', new Uint8Array()],
  ['blobs/sha256/one', utf8('weights')],
  ['block', new Uint8Array(512).fill(7)],
  ['large', new Uint8Array(100_001).map((_, i) => i)],
];
const archive = concat([
  ...FILES.flatMap(([name, bytes]) => [tarHeader(name, bytes.length), bytes, tarPadding(bytes.length)]),
  TAR_END,
]);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Uint8Array, size = 1_000): Promise<[string, Uint8Array][]> {
  const read: [string, Uint8Array][] = [];
  for await (const file of readTar(inPieces(bytes, size), 'it'))
    read.push([file.name, await file.read(1_000_000)]);
  return read;
}

describe('an archive', () => {
  test.each([1, 511, 512, 1_000_000])('reads back however it is cut: pieces of %i bytes', async (size) => {
    expect(await readAll(archive, size)).toEqual(FILES);
  });

  test('is one that tar itself reads, and what tar writes is read', async () => {
    const file = join(folder, 'ours.tar');
    writeFileSync(file, archive);
    expect(execFileSync('tar', ['tf', file], { encoding: 'utf8' }).trim().split('\n')).toEqual(
      FILES.map(([name]) => name),
    );
    execFileSync('tar', ['xf', file, '-C', folder]);
    execFileSync('tar', ['cf', join(folder, 'theirs.tar'), './blobs', 'large'], { cwd: folder });
    const theirs = await readAll(readFileSync(join(folder, 'theirs.tar')));
    expect(theirs).toEqual([FILES[1], FILES[3]]);
  });

  test('gives a file piece by piece, or passes over it', async () => {
    const names: string[] = [];
    let bytes = 0;
    for await (const file of readTar(inPieces(archive, 100), 'it')) {
      names.push(file.name);
      if (file.name === 'large') for await (const piece of file.content) bytes += piece.length;
    }
    expect(names).toEqual(FILES.map(([name]) => name));
    expect(bytes).toBe(100_001);
  });

  test('that is cut off, damaged, or none at all is refused by name', async () => {
    await expect(readAll(archive.slice(0, 60_000))).rejects.toThrow(
      /^it is cut off in large, after 60000 bytes/,
    );
    await expect(readAll(archive.slice(0, 100))).rejects.toMatchObject({ code: 'corrupt' });
    const altered = archive.slice();
    altered[512 + 3]! ^= 1;
    await expect(readAll(altered)).rejects.toThrow(/another checksum/);
    await expect(readAll(new Uint8Array(10_000).fill(65))).rejects.toMatchObject({ code: 'corrupt' });
    await expect(readAll(new Uint8Array())).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('holds no links', async () => {
    const header = tarHeader('link', 0);
    header[156] = '2'.charCodeAt(0);
    const sum = header.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 32 : byte), 0);
    header.set(utf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    await expect(readAll(concat([header, TAR_END]))).rejects.toThrow(/link is no regular file/);
  });

  test('takes no more of a file than is asked for', async () => {
    const large = (async () => {
      for await (const file of readTar(inPieces(archive, 100), 'it')) await file.read(100_000);
    })();
    await expect(large).rejects.toMatchObject({ code: 'too-large' });
  });
});
