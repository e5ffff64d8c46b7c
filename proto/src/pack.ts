/**
 * The packed form of a release: an OCI image manifest (OCI Image Format 1.1) with CNCF ModelPack media types. The
 * **release digest** is the SHA-256 of this manifest's bytes; it covers model.yaml and every file through their
 * digests. The manifest is canonical JSON without times, so the same files always have the same digest.
 *
 *   oci manifest ── config  (ModelPack config: name, version, licence)
 *                └─ layers  model.yaml first, then every file that it names, each with its path
 */
import { fromUtf8 } from './bytes.ts';
import { canonicalBytes } from './canonical.ts';
import { type Crypto, DIGEST_PATTERN, digestOf } from './crypto.ts';
import { SkerryError } from './errors.ts';
import { type ReleaseManifest, releaseFiles } from './release.ts';

export const MANIFEST_MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const ARTIFACT_TYPE = 'application/vnd.cncf.model.manifest.v1+json';
export const CONFIG_MEDIA_TYPE = 'application/vnd.cncf.model.config.v1+json';
export const WEIGHT_MEDIA_TYPE = 'application/vnd.cncf.model.weight.v1.raw';
export const WEIGHT_CONFIG_MEDIA_TYPE = 'application/vnd.cncf.model.weight.config.v1.raw';
const FILEPATH = 'org.cncf.model.filepath';
export const MODEL_FILE = 'model.yaml';

export interface BlobRef {
  digest: string;
  sizeBytes: number;
}

/** What a packed release consists of. */
export interface PackedRelease {
  name: string;
  version: string;
  /** The release digest. */
  digest: string;
  manifestBytes: Uint8Array;
  config: BlobRef;
  /** By path inside the release; `model.yaml` is among them. */
  files: ReadonlyMap<string, BlobRef>;
}

/**
 * Packs a parsed manifest and its files' bytes (`model.yaml` and everything releaseFiles names). Returns the packed
 * release and every blob by digest. Throws SkerryError invalid where a file is missing.
 */
export function packRelease(
  crypto: Crypto,
  manifest: ReleaseManifest,
  files: ReadonlyMap<string, Uint8Array>,
): { release: PackedRelease; blobs: Map<string, Uint8Array> } {
  const blobs = new Map<string, Uint8Array>();
  const put = (bytes: Uint8Array): BlobRef => {
    const digest = digestOf(crypto, bytes);
    blobs.set(digest, bytes);
    return { digest, sizeBytes: bytes.length };
  };
  const refs = new Map<string, BlobRef>();
  for (const path of [MODEL_FILE, ...releaseFiles(manifest)]) {
    const bytes = files.get(path);
    if (!bytes)
      throw new SkerryError(
        'invalid',
        `${manifest.name}@${manifest.version} names ${path}, which is missing`,
      );
    refs.set(path, put(bytes));
  }
  const config = put(
    canonicalBytes({
      descriptor: {
        name: manifest.name,
        version: manifest.version,
        licenses: manifest.license ? [manifest.license] : [],
      },
      config: { format: 'onnx', precision: manifest.variants[0]!.precision },
      modelfs: { type: 'layers', diffIds: [...refs.values()].map((ref) => ref.digest) },
    }),
  );
  const manifestBytes = canonicalBytes({
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    artifactType: ARTIFACT_TYPE,
    config: { mediaType: CONFIG_MEDIA_TYPE, digest: config.digest, size: config.sizeBytes },
    layers: [...refs].map(([path, ref]) => ({
      mediaType: path.endsWith('.onnx') ? WEIGHT_MEDIA_TYPE : WEIGHT_CONFIG_MEDIA_TYPE,
      digest: ref.digest,
      size: ref.sizeBytes,
      annotations: { [FILEPATH]: path },
    })),
    annotations: {
      'org.opencontainers.image.title': manifest.name,
      'org.opencontainers.image.version': manifest.version,
    },
  });
  const { digest } = put(manifestBytes);
  return {
    release: { name: manifest.name, version: manifest.version, digest, manifestBytes, config, files: refs },
    blobs,
  };
}

/** Reads a packed manifest's bytes back. Throws SkerryError invalid on bytes that are no packed release. */
export function readPackedRelease(crypto: Crypto, manifestBytes: Uint8Array): PackedRelease {
  const bad = (why: string): SkerryError =>
    new SkerryError('invalid', `release manifest is malformed: ${why}`);
  let json: OciManifest;
  try {
    json = JSON.parse(fromUtf8(manifestBytes)) as OciManifest;
  } catch (cause) {
    throw new SkerryError('invalid', 'release manifest is no JSON', { cause });
  }
  if (json.artifactType !== ARTIFACT_TYPE) throw bad(`artifactType is not ${ARTIFACT_TYPE}`);
  const name = json.annotations?.['org.opencontainers.image.title'];
  const version = json.annotations?.['org.opencontainers.image.version'];
  if (!name || !version) throw bad('title or version is missing');
  if (!Array.isArray(json.layers) || json.layers.length > 1_000) throw bad('layers are missing or too many');
  const ref = (d: OciDescriptor | undefined): BlobRef => {
    if (!d || !DIGEST_PATTERN.test(d.digest) || !Number.isSafeInteger(d.size) || d.size < 0)
      throw bad('a descriptor is wrong');
    return { digest: d.digest, sizeBytes: d.size };
  };
  const files = new Map<string, BlobRef>();
  for (const layer of json.layers) {
    const path = layer.annotations?.[FILEPATH];
    if (!path || path.startsWith('/') || path.split('/').includes('..') || files.has(path))
      throw bad('a file path is wrong');
    files.set(path, ref(layer));
  }
  if (!files.has(MODEL_FILE)) throw bad(`${MODEL_FILE} is missing`);
  return {
    name,
    version,
    digest: digestOf(crypto, manifestBytes),
    manifestBytes,
    config: ref(json.config),
    files,
  };
}

interface OciDescriptor {
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

interface OciManifest {
  artifactType?: string;
  annotations?: Record<string, string>;
  config?: OciDescriptor;
  layers?: OciDescriptor[];
}
