/**
 * How many open samples each journal entry holds, so that the lowest entry still needed is known at once. Memory
 * follows the entries that hold any, however far apart their numbers lie.
 */
export class JournalSpan {
  /** By entry, lowest first: samples come in the order of the journal, and a map keeps the order of its keys. */
  #counts = new Map<number, number>();
  #newest = Number.NEGATIVE_INFINITY;

  /** A sample of entry `seq` is open. */
  add(seq: number): void {
    this.#counts.set(seq, this.count(seq) + 1);
    if (seq < this.#newest) this.#sort();
    else this.#newest = seq;
  }

  /** A sample of entry `seq` is closed. */
  remove(seq: number): void {
    const left = this.count(seq) - 1;
    if (left > 0) this.#counts.set(seq, left);
    else this.#counts.delete(seq);
  }

  /** Open samples of an entry. */
  count(seq: number): number {
    return this.#counts.get(seq) ?? 0;
  }

  /** The lowest entry with an open sample. */
  oldest(): number | undefined {
    return this.#counts.keys().next().value;
  }

  /** The open samples of entries first..last stand in entry `last` from now on. */
  move(first: number, last: number): void {
    let moved = 0;
    for (const [seq, count] of this.#counts) {
      if (seq > last) break;
      if (seq < first) continue;
      moved += count;
      this.#counts.delete(seq);
    }
    if (moved === 0) return;
    this.#counts.set(last, moved);
    this.#sort();
  }

  #sort(): void {
    this.#counts = new Map([...this.#counts].sort(([a], [b]) => a - b));
  }
}
