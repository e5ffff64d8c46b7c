import { SkerryError } from '@skerry/proto/errors';
import { formatBytes } from '@skerry/proto/units';

/** Where room for a model is set aside. */
export interface Room {
  take(file: string, bytes: number): () => void;
}

/** What the files of all models that are loaded at one time may take together (`inference.maxMemory`). */
export class ModelMemory implements Room {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get leftBytes(): number {
    return this.#maxBytes - this.#takenBytes;
  }

  /**
   * Sets room aside before a file is loaded; the returned function gives it back. Throws SkerryError `too-large` where
   * the file would never fit, and `full` where it doesn't beside what is loaded.
   */
  take(file: string, bytes: number): () => void {
    const { leftBytes } = this;
    if (bytes > this.#maxBytes)
      throw new SkerryError(
        'too-large',
        `${file} is ${formatBytes(bytes)}, and ${formatBytes(this.#maxBytes)} of memory are allowed`,
      );
    if (bytes > leftBytes)
      throw new SkerryError(
        'full',
        `${file} is ${formatBytes(bytes)}, and beside the models that are loaded ${formatBytes(leftBytes)} of memory are left`,
        { hint: 'raise inference.maxMemory: while one model takes over from another, both are loaded' },
      );
    this.#takenBytes += bytes;
    let given = false;
    return () => {
      if (!given) this.#takenBytes -= bytes;
      given = true;
    };
  }
}

/** A bounded part of a memory: what is taken of it is taken of both. */
export function partOf(whole: Room, maxBytes: number): Room {
  const part = new ModelMemory(maxBytes);
  return {
    take(file, bytes) {
      const giveBack = part.take(file, bytes);
      try {
        const giveWholeBack = whole.take(file, bytes);
        return () => {
          giveBack();
          giveWholeBack();
        };
      } catch (error) {
        giveBack();
        throw error;
      }
    },
  };
}
