/**
 * A packed release as an OCI image layout (OCI Image Format 1.1, image-layout.md), the form in which any registry tool
 * takes it:
 *
 *   oci-layout · index.json (names the manifest) · blobs/sha256/<hex> (manifest, config, model.yaml and each file)
 */
import { utf8 } from '@skerry/proto/bytes';
import { canonicalBytes } from '@skerry/proto/canonical';
import type { Crypto } from '@skerry/proto/crypto';
import { ARTIFACT_TYPE, MANIFEST_MEDIA_TYPE, packRelease } from '@skerry/proto/pack';
import type { ReleaseManifest } from '@skerry/proto/release';

/** Every file of the layout by its path, and the release digest. Throws SkerryError invalid where a file is missing. */
export function ociLayout(
  crypto: Crypto,
  manifest: ReleaseManifest,
  files: ReadonlyMap<string, Uint8Array>,
): { digest: string; layout: Map<string, Uint8Array> } {
  const { release, blobs } = packRelease(crypto, manifest, files);
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: MANIFEST_MEDIA_TYPE,
        artifactType: ARTIFACT_TYPE,
        digest: release.digest,
        size: release.manifestBytes.length,
        annotations: { 'org.opencontainers.image.ref.name': `${release.name}:${release.version}` },
      },
    ],
  };
  const layout = new Map<string, Uint8Array>([
    ['oci-layout', utf8('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', canonicalBytes(index)],
  ]);
  for (const [digest, bytes] of blobs) layout.set(`blobs/${digest.replace(':', '/')}`, bytes);
  return { digest: release.digest, layout };
}
