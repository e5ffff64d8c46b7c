/**
 * A release that a person carried here (proto/src/release-bundle.ts), taken by the checks of the network's way and in
 * their order:
 *
 * 1. The signed metadata in it becomes trusted as any other, or is refused; what is trusted already and newer stands.
 * 2. Trusted targets list this very release, by the digest of its packed manifest.
 * 3. Every file has the length and the digest that the manifest names. Nothing else is stored.
 *
 * Golden vectors and warm-up follow where it is activated.
 */
import { type Crypto, digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { type BlobRef, type PackedRelease, readPackedRelease } from '@skerry/proto/pack';
import { releaseRef } from '@skerry/proto/release';
import { type BundledRelease, digestOfName, readIndex } from '@skerry/proto/release-bundle';
import { readTar, type TarFile } from '@skerry/proto/tar';
import { MetadataRefused } from '@skerry/proto/tuf/metadata';
import type { Blobs, Log } from '../ports.ts';
import type { TrustClient } from '../trust/client.ts';
import { MAX_METADATA_BYTES } from '../trust/workflow.ts';
import { openBlobSink } from './blob-sink.ts';
import { DEFAULT_FETCH_LIMITS, type FetchLimits } from './fetch.ts';
import type { ReleaseTarget } from './slots.ts';

export interface CarriedOptions {
  crypto: Crypto;
  blobs: Blobs;
  log: Log;
  trust(): Promise<TrustClient>;
  /** Whether anything here runs such a release: said before anything is read. Throws SkerryError where nothing does. */
  accept(release: { name: string; version: string }): void;
  limits?: FetchLimits;
}

const MAX_INDEX_BYTES = 64 * 1024;
const MAX_METADATA_FILES = 1_100;

/**
 * Takes a bundle; `what` names it in errors. Afterwards its files are in Blobs. Throws SkerryError corrupt (damaged or cut
 * off), invalid (no bundle), untrusted, too-large.
 */
export async function takeBundle(
  options: CarriedOptions,
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): Promise<ReleaseTarget> {
  const taking = new Taking(options, what);
  for await (const file of readTar(chunks, what)) await taking.take(file);
  return taking.finish();
}

class Taking {
  readonly #o: CarriedOptions;
  readonly #what: string;
  readonly #metadata = new Map<string, Uint8Array>();
  #metadataBytes = 0;
  #bundled: BundledRelease | undefined;
  #release: PackedRelease | undefined;
  /** Files that are still to come, by digest. */
  readonly #missing = new Map<string, BlobRef>();

  constructor(options: CarriedOptions, what: string) {
    this.#o = options;
    this.#what = what;
  }

  async take(file: TarFile): Promise<void> {
    const digest = digestOfName(file.name);
    if (file.name === 'index.json') {
      this.#bundled = readIndex(await file.read(MAX_INDEX_BYTES));
      this.#o.accept(this.#bundled);
    } else if (file.name.startsWith('tuf/')) await this.#takeMetadata(file);
    else if (digest !== undefined) await this.#takeBlob(digest, file);
    // Anything else says nothing that anybody has to believe.
  }

  async finish(): Promise<ReleaseTarget> {
    const release = this.#release;
    if (!release) throw this.#noBundle();
    const left = [...this.#missing.values()][0];
    if (left)
      throw new SkerryError('corrupt', `${this.#what} lacks ${left.digest} of ${releaseRef(release)}`, {
        hint: 'make it anew: skerry release bundle',
      });
    // Last, so that a manifest here means that the whole release is.
    await this.#o.blobs.write(release.digest, release.manifestBytes);
    return { name: release.name, version: release.version, digest: release.digest };
  }

  async #takeMetadata(file: TarFile): Promise<void> {
    const role = /^tuf\/(?:\d+\.)?(root|timestamp|snapshot|targets)\.json$/.exec(file.name)?.[1];
    if (!role || this.#metadata.size >= MAX_METADATA_FILES) return;
    const bytes = await file.read(MAX_METADATA_BYTES[role as keyof typeof MAX_METADATA_BYTES]);
    this.#metadataBytes += bytes.length;
    if (this.#metadataBytes > 2 * MAX_METADATA_BYTES.targets)
      throw new SkerryError('too-large', `the signed metadata in ${this.#what} is larger than any can be`);
    this.#metadata.set(file.name.slice('tuf/'.length), bytes);
  }

  async #takeBlob(digest: string, file: TarFile): Promise<void> {
    if (!this.#release) {
      this.#release = await this.#openRelease(digest, file);
      return;
    }
    const ref = this.#missing.get(digest);
    if (!ref) return;
    const { blobs, crypto } = this.#o;
    const sink = await openBlobSink({ blobs, crypto, sender: this.#what }, ref);
    // What an interrupted download has left of it is not needed: it is all here.
    if (sink.heldBytes > 0) await sink.restart();
    for await (const piece of file.content) await sink.append(piece);
    await sink.finish();
    this.#missing.delete(digest);
  }

  /** The packed manifest, once trusted targets list it. */
  async #openRelease(digest: string, file: TarFile): Promise<PackedRelease> {
    if (!this.#bundled) throw this.#noBundle();
    const { blobs, crypto, limits = DEFAULT_FETCH_LIMITS } = this.#o;
    const label = releaseRef(this.#bundled);
    const listed = await this.#listed(this.#bundled);
    if (digest !== listed.digest)
      throw new SkerryError(
        'untrusted',
        `${this.#what} holds ${label} as ${digest}, and trusted targets list ${listed.digest}`,
      );
    const bytes = await file.read(limits.maxManifestBytes);
    if (digestOf(crypto, bytes) !== digest)
      throw new SkerryError('untrusted', `${this.#what} holds other bytes than ${digest}`);
    const release = readPackedRelease(crypto, bytes);
    if (release.name !== this.#bundled.name || release.version !== this.#bundled.version)
      throw new SkerryError('untrusted', `what is listed as ${label} calls itself ${releaseRef(release)}`);
    const files = [...new Map([...release.files.values()].map((ref) => [ref.digest, ref])).values()];
    const totalBytes = files.reduce((sum, ref) => sum + ref.sizeBytes, 0);
    if (totalBytes > limits.maxReleaseBytes)
      throw new SkerryError(
        'too-large',
        `${label} is ${totalBytes} bytes, and ${limits.maxReleaseBytes} are allowed`,
      );
    for (const ref of files)
      if ((await blobs.path(ref.digest)) === undefined && !(await blobs.read(ref.digest)))
        this.#missing.set(ref.digest, ref);
    return release;
  }

  async #listed({ name, version }: BundledRelease): Promise<{ digest: string }> {
    const trust = await this.#o.trust();
    const path = `${name}/${version}`;
    try {
      await trust.takeCarried(async (file) => this.#metadata.get(file));
    } catch (error) {
      // A bundle may be older than what this agent trusts by now, and the release still be listed.
      const isOld = error instanceof MetadataRefused && error.reason === 'rollback';
      if (!isOld || !trust.target(path)) throw error;
      this.#o.log('info', 'release', `the metadata in ${this.#what} is older than what is trusted here`);
    }
    const listed = trust.target(path);
    if (listed) return listed;
    throw new SkerryError('untrusted', `${name}@${version} is not among the trusted targets`, {
      hint: 'it was taken off the list (yanked), or never signed: skerry release ls',
    });
  }

  #noBundle(): SkerryError {
    return new SkerryError('invalid', `${this.#what} is no bundle of a release`, {
      hint: 'skerry release bundle NAME@VERSION makes one',
    });
  }
}

/**
 * Whether a release may be activated without a network: trusted targets list it, and its files are here. Throws SkerryError
 * untrusted, or unavailable where files are missing.
 */
export async function requireCarried(
  trust: TrustClient,
  crypto: Crypto,
  blobs: Blobs,
  target: ReleaseTarget,
): Promise<void> {
  const ref = releaseRef(target);
  if (trust.target(`${target.name}/${target.version}`)?.digest !== target.digest)
    throw new SkerryError('untrusted', `${ref} (${target.digest}) is not among the trusted targets`);
  const manifestBytes = await blobs.read(target.digest);
  const files = manifestBytes ? [...readPackedRelease(crypto, manifestBytes).files.values()] : [];
  const held = await Promise.all(
    files.map(async ({ digest }) => (await blobs.path(digest)) !== undefined || !!(await blobs.read(digest))),
  );
  if (!manifestBytes || held.includes(false))
    throw new SkerryError('unavailable', `${ref} is not on this device`, {
      hint: 'install it again: skerry-agent install BUNDLE',
    });
}
