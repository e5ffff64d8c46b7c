import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFsBlobs } from './fs-blobs.ts';

let folder: string;
const bytes = utf8('weights');
const digest = digestOf(nodeCrypto, bytes);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-blobs-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what was written lies under its digest, and reads back', async () => {
  const blobs = createFsBlobs(join(folder, 'blobs'));
  expect(await blobs.path(digest)).toBeUndefined();
  expect(await blobs.read(digest)).toBeUndefined();
  await blobs.write(digest, bytes);
  expect(await blobs.path(digest)).toBe(join(folder, 'blobs', 'sha256', digest.slice(7, 9), digest.slice(9)));
  expect(await blobs.read(digest)).toEqual(bytes);
  await blobs.write(digest, bytes);
});

test('retain removes every other blob, and what an interrupted write left behind', async () => {
  const blobs = createFsBlobs(folder);
  const other = digestOf(nodeCrypto, utf8('other'));
  await blobs.write(digest, bytes);
  await blobs.write(other, utf8('other'));
  await writeFile(`${await blobs.path(digest)}.1234.tmp`, 'half');
  await blobs.retain(new Set([digest]));
  expect(await blobs.path(other)).toBeUndefined();
  expect(await readdir(join(folder, 'sha256', digest.slice(7, 9)))).toEqual([digest.slice(9)]);
});

test('parts of one download are kept over restarts, and go when another begins or it is done', async () => {
  const other = digestOf(nodeCrypto, utf8('other'));
  const parts = () => createFsBlobs(folder).parts!;
  await parts().append(digest, utf8('wei'));
  await parts().append(digest, utf8('ghts'));
  expect(await parts().read(digest)).toEqual(bytes);
  await parts().append(other, utf8('oth'));
  expect([await parts().read(digest), await parts().read(other)]).toEqual([new Uint8Array(), utf8('oth')]);
  await parts().clear();
  expect(await parts().read(other)).toEqual(new Uint8Array());
  await expect(parts().append('sha256:../../x', bytes)).rejects.toMatchObject({ code: 'invalid' });
});

test('what has come in parts becomes the blob without being held in memory', async () => {
  const blobs = createFsBlobs(folder);
  await blobs.parts!.append(digest, utf8('wei'));
  await blobs.parts!.append(digest, utf8('ghts'));
  const held = async (): Promise<string> => {
    let text = '';
    for await (const piece of blobs.parts!.stream!(digest)) text += Buffer.from(piece).toString();
    return text;
  };
  expect(await held()).toBe('weights');
  await blobs.parts!.commit!(digest);
  expect(await blobs.read(digest)).toEqual(bytes);
  expect(await held()).toBe('');
});

test('a digest that is none never becomes a path', async () => {
  const blobs = createFsBlobs(folder);
  await expect(blobs.read('sha256:../../etc/passwd')).rejects.toMatchObject({ code: 'invalid' });
});

test('a folder that cannot be made is a plain error', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(createFsBlobs(join(folder, 'file')).write(digest, bytes)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('writing'),
  });
});
