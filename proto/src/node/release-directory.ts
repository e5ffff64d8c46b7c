import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromUtf8 } from '../bytes.ts';
import { parseDocument } from '../document.ts';
import { reasonOf, SkerryError } from '../errors.ts';
import { MODEL_FILE } from '../pack.ts';
import { type ReleaseManifest, releaseFiles, releaseManifest } from '../release.ts';
import { type AcceptedRelease, acceptModels } from '../release-models.ts';
import { formatBytes } from '../units.ts';

/**
 * A release as it lies on disk: its parsed manifest, and the bytes of model.yaml and of every file that it names, its
 * models as plain tensors (release-models.ts).
 */
export interface ReleaseDirectory extends AcceptedRelease {
  manifest: ReleaseManifest;
}

/** No release that fits an edge device comes near it; a wrong path (a disk image, say) is refused before it fills memory. */
export const RELEASE_BYTES_MAX: number = 1024 ** 3;

/**
 * Reads a release from a directory: `model.yaml`, checked, and the files that it names. Other files beside them (a
 * card, signatures) are left out. Throws SkerryError `not-found` where a file is missing, `invalid` where the manifest
 * is wrong (every error at once) or a model can't be run, `too-large` past RELEASE_BYTES_MAX.
 */
export async function readReleaseDirectory(directory: string): Promise<ReleaseDirectory> {
  const modelFile = join(directory, MODEL_FILE);
  const modelBytes = await readBounded(
    modelFile,
    RELEASE_BYTES_MAX,
    'a release is a folder with model.yaml and the files it names',
  );
  const manifest = parseDocument(textOf(modelFile, modelBytes), releaseManifest, { file: modelFile });
  const files = new Map([[MODEL_FILE, modelBytes]]);
  let left = RELEASE_BYTES_MAX - modelBytes.length;
  for (const name of releaseFiles(manifest)) {
    const bytes = await readBounded(
      join(directory, name),
      left,
      `${MODEL_FILE} names it; put it there or correct the name`,
    );
    left -= bytes.length;
    files.set(name, bytes);
  }
  return { manifest, ...acceptModels(manifest, files) };
}

async function readBounded(file: string, bytesMax: number, hint: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > bytesMax)
      throw new SkerryError('too-large', `${file}: the release exceeds ${formatBytes(RELEASE_BYTES_MAX)}`);
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    if (cause instanceof SkerryError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SkerryError('not-found', `${file} is missing`, { hint, cause });
    throw new SkerryError('failed', `${file} can't be read: ${reasonOf(cause)}`, { hint, cause });
  }
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new SkerryError('invalid', `${file} is no UTF-8 text`, { cause });
  }
}
