/**
 * How many open samples each journal entry holds, so that the lowest entry still needed is known at once. A ring of
 * counts from the oldest entry with an open sample to the newest; memory is four bytes per entry in between.
 */
export class JournalSpan {
  #first = 0;
  #head = 0;
  #length = 0;
  #counts = new Uint32Array(64);

  /** A sample of entry `seq` is open. */
  add(seq: number): void {
    if (this.#length === 0) this.#first = seq;
    while (seq < this.#first) this.#prepend();
    while (seq >= this.#first + this.#length) this.#append();
    this.#counts[this.#index(seq)]!++;
  }

  /** A sample of entry `seq` is closed. */
  remove(seq: number): void {
    this.#counts[this.#index(seq)]!--;
    while (this.#length > 0 && this.#counts[this.#head] === 0) {
      this.#head = (this.#head + 1) & (this.#counts.length - 1);
      this.#first++;
      this.#length--;
    }
  }

  /** The lowest entry with an open sample. */
  oldest(): number | undefined {
    return this.#length === 0 ? undefined : this.#first;
  }

  #index(seq: number): number {
    return (this.#head + seq - this.#first) & (this.#counts.length - 1);
  }

  #append(): void {
    if (this.#length === this.#counts.length) this.#grow();
    this.#counts[(this.#head + this.#length) & (this.#counts.length - 1)] = 0;
    this.#length++;
  }

  #prepend(): void {
    if (this.#length === this.#counts.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#counts.length - 1);
    this.#counts[this.#head] = 0;
    this.#first--;
    this.#length++;
  }

  #grow(): void {
    const counts = new Uint32Array(2 * this.#counts.length);
    for (let i = 0; i < this.#length; i++)
      counts[i] = this.#counts[(this.#head + i) & (this.#counts.length - 1)]!;
    this.#counts = counts;
    this.#head = 0;
  }
}
