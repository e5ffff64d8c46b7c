/**
 * Rejections that a rebuild from the journal can't find out again by itself: a sample refused as `overflow`, or in a
 * `rate: any` pipeline as `late`, may stand at a time where it would be taken now. Each run says that every row of the
 * device from one place of the journal to another was rejected; a place is (entry, row).
 */
export interface RejectedRun {
  fromSeq: number;
  fromRow: number;
  toSeq: number;
  toRow: number;
  /** Greatest event time among the rejected: the run is forgotten once the windows have passed it. */
  maxUs: number;
}

/** Behind every row of an entry. */
const MAX_ROW = 0xffffffff;

export class RejectedRuns {
  readonly list: RejectedRun[];
  #extends = false;

  constructor(list: RejectedRun[] = []) {
    this.list = list;
  }

  /** The device's row at a place was rejected. */
  add(seq: number, row: number, timeUs: number): void {
    const last = this.list.at(-1);
    if (last && this.#extends) {
      last.toSeq = seq;
      last.toRow = row;
      last.maxUs = Math.max(last.maxUs, timeUs);
    } else this.list.push({ fromSeq: seq, fromRow: row, toSeq: seq, toRow: row, maxUs: timeUs });
    this.#extends = true;
  }

  /** A row of the device was taken: the next rejection begins a run of its own. */
  taken(): void {
    this.#extends = false;
  }

  has(seq: number, row: number): boolean {
    return this.list.some(
      (run) =>
        (seq > run.fromSeq || (seq === run.fromSeq && row >= run.fromRow)) &&
        (seq < run.toSeq || (seq === run.toSeq && row <= run.toRow)),
    );
  }

  /**
   * Entries first..last were written anew as entry `last`, without what was rejected: nothing of them is to be looked
   * for any more, and no place in `last` may be taken for one of before. True where that changed anything.
   */
  settle(first: number, last: number): boolean {
    const within = (seq: number): boolean => first <= seq && seq <= last;
    const newest = this.list.at(-1);
    const kept = this.list.filter((run) => !within(run.fromSeq) || !within(run.toSeq));
    let changed = kept.length < this.list.length;
    for (const run of kept) {
      if (within(run.fromSeq)) [run.fromSeq, run.fromRow] = [last + 1, 0];
      else if (within(run.toSeq)) [run.toSeq, run.toRow] = [first - 1, MAX_ROW];
      else continue;
      changed = true;
    }
    this.list.splice(0, this.list.length, ...kept);
    if (this.list.at(-1) !== newest) this.#extends = false;
    return changed;
  }

  clear(): void {
    this.list.length = 0;
    this.#extends = false;
  }

  /** Forgets runs that lie wholly before a time. */
  forgetBefore(timeUs: number): void {
    while (this.list.length > 0 && this.list[0]!.maxUs < timeUs) {
      this.list.shift();
      if (this.list.length === 0) this.#extends = false;
    }
  }
}
