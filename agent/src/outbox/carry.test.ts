import { expect, test } from 'vitest';
import { seeded } from '../pipeline/test-pipeline.ts';
import { closeBelow, isOver, nextRun } from './carry.ts';
import type { LiveEntry } from './journal.ts';

/** A journal in which each sample stays open for as long as `openFor` says, in entries. */
class Model {
  entries: LiveEntry[] = [];
  appendedBytes = 0;
  rewrittenBytes = 0;
  steps = 0;
  closed = 0;
  /** Until which entry each sample is open, by the entry that it stands in. */
  readonly #open = new Map<number, number[]>();
  #seq = 0;

  append(untils: readonly number[]): void {
    const seq = ++this.#seq;
    this.#open.set(seq, [...untils]);
    this.appendedBytes += this.#put(seq, untils.length);
    this.entries.sort((a, b) => a.seq - b.seq);
  }

  bound(limits: { maxJournalEntries: number; maxJournalBytes: number }): void {
    const oldest = this.entries.find(({ seq }) => this.#openIn(seq) > 0)?.seq ?? this.#seq + 1;
    this.entries = this.entries.filter(({ seq }) => seq >= oldest);
    if (!isOver(this.entries, limits, 1)) return;
    while (isOver(this.entries, limits, 3 / 4)) {
      const run = nextRun(this.entries, (_, seq) => this.#openIn(seq), limits);
      if (run) this.#carry(run);
      else if (isOver(this.entries, limits, 1)) this.#close(closeBelow(this.entries, limits));
      else return;
      this.steps++;
    }
  }

  #carry({ first, last }: { first: number; last: number }): void {
    const kept = this.entries
      .filter(({ seq }) => first <= seq && seq <= last)
      .flatMap(({ seq }) => (this.#open.get(seq) ?? []).filter((until) => until > this.#seq));
    this.entries = this.entries.filter(({ seq }) => seq < first || seq > last);
    for (let seq = first; seq <= last; seq++) this.#open.delete(seq);
    if (kept.length === 0) return;
    this.#open.set(last, kept);
    this.rewrittenBytes += this.#put(last, kept.length);
    this.entries.sort((a, b) => a.seq - b.seq);
  }

  #close(below: number): void {
    for (const { seq } of this.entries) if (seq < below) this.closed += this.#openIn(seq);
    this.entries = this.entries.filter(({ seq }) => seq >= below);
  }

  #put(seq: number, rows: number): number {
    const sizeBytes = 60 + 20 * rows;
    this.entries.push({ seq, sizeBytes, rows: { p: rows } });
    return sizeBytes;
  }

  #openIn(seq: number): number {
    return (this.#open.get(seq) ?? []).filter((until) => until > this.#seq).length;
  }
}

const LIMITS = { maxJournalEntries: 200, maxJournalBytes: 64 * 1024 };

function run(samples: (random: () => number, n: number) => number[]): Model {
  const random = seeded(7);
  const model = new Model();
  for (let n = 1; n <= 4000; n++) {
    model.append(samples(random, n));
    model.bound(LIMITS);
    expect(isOver(model.entries, LIMITS, 1)).toBe(false);
  }
  return model;
}

test('one sample that is open for ever costs next to nothing', () => {
  const model = run((_, n) => (n === 1 ? [Number.POSITIVE_INFINITY] : [n + 2]));
  expect(model.closed).toBe(0);
  expect(model.rewrittenBytes).toBeLessThan(0.05 * model.appendedBytes);
  expect(model.steps).toBeLessThan(40);
});

test('a few slow devices among fast ones: each byte is written anew less than once', () => {
  const model = run((random, n) =>
    Array.from({ length: 5 }, () => n + (random() < 0.05 ? 2000 : Math.floor(4 * random()))),
  );
  expect(model.closed).toBe(0);
  expect(model.rewrittenBytes).toBeLessThan(model.appendedBytes);
});

test('samples that stay open for any time at all: bounded, and each byte is written anew a few times at most', () => {
  const model = run((random, n) => Array.from({ length: 5 }, () => n + Math.floor(1 / random())));
  expect(model.rewrittenBytes).toBeLessThan(3 * model.appendedBytes);
  expect(model.steps).toBeLessThan(1000);
});

test('open samples that fill the journal by themselves are closed, the oldest first and no more than must be', () => {
  const model = run((_, n) => Array.from({ length: 5 }, () => n + 1e9));
  const kept = model.entries.reduce((sum, { rows }) => sum + rows.p!, 0);
  expect(model.closed + kept).toBe(20_000);
  expect(20 * kept).toBeGreaterThan(LIMITS.maxJournalBytes / 2);
});
