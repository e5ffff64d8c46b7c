/**
 * A packed release as an OCI image layout (OCI Image Format 1.1, image-layout.md), the form in which any registry tool
 * takes it:
 *
 *   oci-layout · index.json (names the manifest) · blobs/sha256/<hex> (manifest, config, model.yaml and each file)
 */
import type { Crypto } from '@skerry/proto/crypto';
import { packRelease } from '@skerry/proto/pack';
import type { ReleaseManifest } from '@skerry/proto/release';
import { blobName, layoutFiles } from '@skerry/proto/release-bundle';

/** Every file of the layout by its path, and the release digest. Throws SkerryError invalid where a file is missing. */
export function ociLayout(
  crypto: Crypto,
  manifest: ReleaseManifest,
  files: ReadonlyMap<string, Uint8Array>,
): { digest: string; layout: Map<string, Uint8Array> } {
  const { release, blobs } = packRelease(crypto, manifest, files);
  const { name, version, digest, manifestBytes } = release;
  const layout = new Map(
    layoutFiles({ name, version, manifest: { digest, sizeBytes: manifestBytes.length } }),
  );
  for (const [blobDigest, bytes] of blobs) layout.set(blobName(blobDigest), bytes);
  return { digest, layout };
}
