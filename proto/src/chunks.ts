import { concat } from './bytes.ts';
import { SkerryError } from './errors.ts';

/** Takes exact numbers of bytes from chunks of any size. `what` names in errors what they come from. */
export class ChunkReader {
  takenBytes = 0;
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #what: string;
  #held: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>, what: string) {
    this.#iterator = chunks[Symbol.asyncIterator]();
    this.#what = what;
  }

  /** Exactly so many bytes. Throws SkerryError corrupt where it ends before; `where` says in what. */
  async take(lengthBytes: number, where: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = lengthBytes; left > 0; ) {
      const piece = await this.takeSome(left, where);
      parts.push(piece);
      left -= piece.length;
    }
    return concat(parts);
  }

  /** At least one byte and at most so many, as they come. */
  async takeSome(maxBytes: number, where: string): Promise<Uint8Array> {
    if (!(await this.hasMore()))
      throw new SkerryError(
        'corrupt',
        `${this.#what} is cut off in ${where}, after ${this.takenBytes} bytes`,
        {
          hint: 'copy it again, or make it anew',
        },
      );
    const piece = this.#held.subarray(0, maxBytes);
    this.#held = this.#held.subarray(piece.length);
    this.takenBytes += piece.length;
    return piece;
  }

  async hasMore(): Promise<boolean> {
    while (this.#held.length === 0) {
      const { done, value } = await this.#iterator.next();
      if (done) return false;
      this.#held = value;
    }
    return true;
  }
}
