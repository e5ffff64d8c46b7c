/** `skerry release bundle`: a release with everything that vouches for it, as a file that a person carries. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { BlobRef } from '@skerry/proto/pack';
import { blobName, layoutFiles } from '@skerry/proto/release-bundle';
import { TAR_END, tarHeader, tarPadding } from '@skerry/proto/tar';
import { parseMetadata } from '@skerry/proto/tuf/metadata';
import { formatBytes } from '@skerry/proto/units';
import { downloadBlob } from './blob-download.ts';
import type { Client } from './client.ts';
import { listedRelease } from './release-verify.ts';
import { fetchMetadata } from './trust.ts';

export interface Bundled {
  file: string;
  release: string;
  digest: string;
  files: number;
  sizeBytes: number;
  /** Until when agents take it: the signed list's own expiry. */
  goodUntil: string;
}

/**
 * Writes the bundle of a release, checked as an agent checks it; a file of that name appears only once it is whole.
 * Throws SkerryError not-found or untrusted.
 */
export async function bundleRelease(
  client: Client,
  name: string,
  version: string,
  file: string,
  progress: (text: string) => void,
): Promise<Bundled> {
  const { roots, target, packed } = await listedRelease(nodeCrypto, client, name, version);
  const metadata = await currentMetadata(client, name, version, target.digest);
  const manifest = { digest: packed.digest, sizeBytes: packed.manifestBytes.length };
  const small: [string, Uint8Array][] = [
    ...layoutFiles({ name, version, manifest }),
    ...roots.map((bytes, i): [string, Uint8Array] => [`tuf/${i + 1}.root.json`, bytes]),
    ...metadata.files,
    [blobName(packed.digest), packed.manifestBytes],
  ];
  const blobs = [
    ...new Map([packed.config, ...packed.files.values()].map((ref) => [ref.digest, ref])).values(),
  ];
  const totalBytes = blobs.reduce((sum, ref) => sum + ref.sizeBytes, 0);
  const out = await createFile(`${file}.part`);
  try {
    for (const [path, bytes] of small) await out.add(path, bytes.length, [bytes]);
    let doneBytes = 0;
    for (const ref of blobs) {
      const label = labelOf(packed.files, ref);
      await out.add(blobName(ref.digest), ref.sizeBytes, downloadBlob(client, ref, label), (bytes) => {
        doneBytes += bytes;
        progress(`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`);
      });
    }
    const sizeBytes = await out.close();
    await rename(`${file}.part`, file);
    return {
      file,
      release: `${name}@${version}`,
      digest: packed.digest,
      files: packed.files.size,
      sizeBytes,
      goodUntil: metadata.goodUntil,
    };
  } catch (error) {
    out.destroy();
    await rm(`${file}.part`, { force: true });
    throw error;
  } finally {
    progress('');
  }
}

function labelOf(files: ReadonlyMap<string, BlobRef>, ref: BlobRef): string {
  return [...files].find(([, { digest }]) => digest === ref.digest)?.[0] ?? 'its configuration';
}

/** Timestamp, the snapshot that it names, and the targets that this names: one state, not the newest of each. */
async function currentMetadata(
  client: Client,
  name: string,
  version: string,
  digest: string,
): Promise<{ files: [string, Uint8Array][]; goodUntil: string }> {
  const need = async (file: string): Promise<Uint8Array> => {
    const bytes = await fetchMetadata(client, file);
    if (!bytes) throw new SkerryError('not-found', `${client.url} has no ${file}`);
    return bytes;
  };
  const timestamp = await need('timestamp.json');
  const snapshotFile = `${parseMetadata('timestamp', timestamp).signed.meta['snapshot.json'].version}.snapshot.json`;
  const snapshot = await need(snapshotFile);
  const targetsVersion = parseMetadata('snapshot', snapshot).signed.meta['targets.json']?.version;
  const targetsFile = `${targetsVersion}.targets.json`;
  const targets = await need(targetsFile);
  const { signed } = parseMetadata('targets', targets);
  if (signed.targets[`${name}/${version}`]?.hashes.sha256 !== digest.slice('sha256:'.length))
    throw new SkerryError(
      'untrusted',
      `the current list of releases doesn't have ${name}@${version} as it is signed`,
    );
  return {
    files: [
      ['tuf/timestamp.json', timestamp],
      [`tuf/${snapshotFile}`, snapshot],
      [`tuf/${targetsFile}`, targets],
    ],
    goodUntil: signed.expires,
  };
}

interface TarWriter {
  add(
    name: string,
    sizeBytes: number,
    content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    onBytes?: (count: number) => void,
  ): Promise<void>;
  /** Returns how large it became. */
  close(): Promise<number>;
  destroy(): void;
}

async function createFile(path: string): Promise<TarWriter> {
  const out = createWriteStream(path);
  await once(out, 'open');
  const failed = new Promise<never>((_, reject) => out.once('error', reject));
  failed.catch(() => undefined); // whoever waits for it hears of it
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (!out.write(bytes)) await Promise.race([once(out, 'drain'), failed]);
  };
  return {
    async add(name, sizeBytes, content, onBytes) {
      await write(tarHeader(name, sizeBytes));
      for await (const bytes of content) {
        await write(bytes);
        onBytes?.(bytes.length);
      }
      await write(tarPadding(sizeBytes));
    },
    async close() {
      await write(TAR_END);
      out.end();
      await Promise.race([finished(out), failed]);
      return out.bytesWritten;
    },
    destroy: () => void out.destroy(),
  };
}
