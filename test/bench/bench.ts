/** One line of a benchmark: several repetitions after a warm-up, as median and spread. */
export interface Row {
  name: string;
  unit: string;
  median: number;
  /** Lowest and highest repetition. */
  low: number;
  high: number;
  repetitions: number;
  note?: string;
}

/** What `pnpm bench` was told. */
interface BenchOptions {
  /** How much of a plant's time is replayed, where that is what a benchmark does. */
  minutes: number;
}

/** What each file `*.bench.ts` here exports as `bench`. */
export interface Bench {
  /** As in `pnpm bench NAME`. */
  name: string;
  /** One line: what is measured, against what. */
  about: string;
  run(options: BenchOptions): Promise<Row[]>;
}

/** A row of the measurements of one thing. Throws RangeError where there are none. */
export function row(name: string, unit: string, values: readonly number[], note?: string): Row {
  if (values.length === 0) throw new RangeError(`${name} was never measured`);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {
    name,
    unit,
    median,
    low: sorted[0]!,
    high: sorted.at(-1)!,
    repetitions: sorted.length,
    ...(note !== undefined && { note }),
  };
}

/** How one median stands to another, with the spread that both leave. */
export function ratio(name: string, of: Row, to: Row): Row {
  return {
    name,
    unit: '×',
    median: of.median / to.median,
    low: of.low / to.high,
    high: of.high / to.low,
    repetitions: Math.min(of.repetitions, to.repetitions),
  };
}
