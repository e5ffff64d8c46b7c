import { SkerryError } from '@skerry/proto/errors';
import { formatBytes } from '@skerry/proto/units';

/** What the files of all models that are loaded at one time may take together (`inference.maxMemory`). */
export class ModelMemory {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Sets room aside before a file is loaded; the returned function gives it back. Throws SkerryError `too-large` where
   * the file would never fit, and `full` where it doesn't beside what is loaded.
   */
  take(file: string, bytes: number): () => void {
    const leftBytes = this.#maxBytes - this.#takenBytes;
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
