/**
 * One blob as it comes in, piece by piece, from a network or a file: hashed on the way, kept on disk until it is whole,
 * and in Blobs only once its length and its SHA-256 are the ones that were asked for. Memory holds one piece.
 */
import { concat } from '@skerry/proto/bytes';
import { type Crypto, startDigest } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import type { BlobRef } from '@skerry/proto/pack';
import type { BlobParts, Blobs } from '../ports.ts';

/** Where pieces go. */
export interface Sink extends BlobRef {
  readonly heldBytes: number;
  /** Adds a piece. Throws SkerryError untrusted past the blob's length. */
  append(bytes: Uint8Array): Promise<void>;
  /** Forgets what has come: it is to come anew. */
  restart(): Promise<void>;
  /**
   * Ends it. Throws SkerryError untrusted where it isn't the blob of that digest, unavailable where what was kept from
   * before may be why; nothing is kept then.
   */
  finish(): Promise<void>;
  /** Whether what has come outlasts this object. */
  readonly isKept: boolean;
}

export interface SinkOptions {
  blobs: Blobs;
  crypto: Crypto;
  /** Who sends it, for errors: `the control plane`. */
  sender: string;
}

/** Opens a sink, behind what is kept of this blob from before. */
export async function openBlobSink(options: SinkOptions, ref: BlobRef): Promise<Sink> {
  const sink = new BlobSink(options, ref);
  await sink.resume();
  return sink;
}

class BlobSink implements Sink {
  readonly digest: string;
  readonly sizeBytes: number;
  heldBytes = 0;
  readonly #o: SinkOptions;
  readonly #parts: BlobParts | undefined;
  #running: ReturnType<typeof startDigest>;
  /** What isn't on disk: everything where there is none, else the last piece. */
  #pieces: Uint8Array[] = [];
  #isOnDisk = false;
  /** Some of it comes from before, and a power cut may have hurt it. */
  #isOld = false;

  constructor(options: SinkOptions, { digest, sizeBytes }: BlobRef) {
    this.digest = digest;
    this.sizeBytes = sizeBytes;
    this.#o = options;
    this.#parts = options.blobs.parts;
    this.#running = startDigest(options.crypto);
  }

  get isKept(): boolean {
    return this.#parts !== undefined;
  }

  async resume(): Promise<void> {
    if (!this.#parts) return;
    for await (const piece of stored(this.#parts, this.digest)) {
      this.#running.update(piece);
      this.heldBytes += piece.length;
    }
    this.#isOld = this.heldBytes > 0;
    this.#isOnDisk = this.#isOld;
    if (this.heldBytes >= this.sizeBytes && this.#isOld) await this.restart();
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.heldBytes + bytes.length > this.sizeBytes)
      throw new SkerryError(
        'untrusted',
        `${this.#o.sender} sent more than the ${this.sizeBytes} bytes of ${this.digest}`,
      );
    this.#running.update(bytes);
    this.heldBytes += bytes.length;
    // What is whole in one piece needs no place on disk beside its own.
    if (this.#parts && (this.#isOnDisk || this.heldBytes < this.sizeBytes)) {
      await this.#parts.append(this.digest, bytes);
      this.#isOnDisk = true;
    } else this.#pieces.push(bytes);
  }

  async restart(): Promise<void> {
    this.#pieces = [];
    this.heldBytes = 0;
    this.#running = startDigest(this.#o.crypto);
    if (this.#isOnDisk) await this.#parts?.clear();
    this.#isOnDisk = false;
    this.#isOld = false;
  }

  async finish(): Promise<void> {
    const { blobs, sender } = this.#o;
    const wasOld = this.#isOld;
    const isRight = this.heldBytes === this.sizeBytes && this.#running.digest() === this.digest;
    if (!isRight) {
      await this.restart();
      if (wasOld)
        throw new SkerryError(
          'unavailable',
          `what was kept of ${this.digest} was damaged: it is fetched anew`,
        );
      throw new SkerryError('untrusted', `${sender} sent other bytes than ${this.digest}`, {
        hint: 'the release was altered on its way or where it comes from: skerry release verify',
      });
    }
    if (!this.#isOnDisk) return blobs.write(this.digest, concat(this.#pieces));
    await store(blobs, this.#parts!, this.digest);
    this.#isOnDisk = false;
  }
}

async function* stored(parts: BlobParts, digest: string): AsyncIterable<Uint8Array> {
  if (parts.stream) yield* parts.stream(digest);
  else {
    const bytes = await parts.read(digest);
    if (bytes.length > 0) yield bytes;
  }
}

async function store(blobs: Blobs, parts: BlobParts, digest: string): Promise<void> {
  if (parts.commit) return parts.commit(digest);
  await blobs.write(digest, await parts.read(digest));
  await parts.clear();
}

/** A sink that only holds what comes, in memory: for what is on its way to be something else. */
export class MemorySink implements Sink {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly isKept = false;
  heldBytes = 0;
  #pieces: Uint8Array[] = [];

  constructor({ digest, sizeBytes }: BlobRef) {
    this.digest = digest;
    this.sizeBytes = sizeBytes;
  }

  /** What has come. */
  get bytes(): Uint8Array {
    return concat(this.#pieces);
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes);
    this.heldBytes += bytes.length;
  }

  async restart(): Promise<void> {
    this.#pieces = [];
    this.heldBytes = 0;
  }

  async finish(): Promise<void> {
    // Nobody vouches for it: whoever takes it checks what becomes of it.
  }
}
