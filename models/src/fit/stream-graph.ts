/**
 * The float32 graph of the streaming score (stream.ts has the formulas):
 *
 *   window [batch, 1, 1] ─┬─ score [batch]
 *   memory [batch, M]    ─┴─ memory_next [batch, M]      fed back with the device's next sample; zeros at first
 */
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { float32, int64 } from '../graph/tensor.ts';
import {
  BLOCK,
  BLOCKS,
  FLOOR,
  HELD,
  JUDGED_SIDES,
  LIMIT,
  MEDIANS,
  MEMORY,
  MEMORY_SIZE,
  RECENT,
  SHAPE,
  SIDES,
  TOLERANCES,
  VIEWS,
  WARM_UP,
  YOUNG,
} from './stream.ts';

/** The bytes of the graph. */
export function streamGraph(): Uint8Array {
  const g = new StreamBuilder();
  const window = g.input('window', 'float32', ['batch', 1, 1]);
  const memory = g.input('memory', 'float32', ['batch', MEMORY_SIZE]);
  const part = ([from, count]: readonly [number, number]): string => g.slice(memory, from, from + count, 1);
  const x = g.node('Clip', [g.node('Reshape', [window, g.ints([-1, 1])]), g.number(-LIMIT), g.number(LIMIT)]);
  const seenBefore = part(MEMORY.seen);
  const isFirst = g.node('Equal', [seenBefore, g.number(0)]);
  const seen = g.node('Min', [g.node('Add', [seenBefore, g.number(1)]), g.number(YOUNG)]);
  const recent = recentWith(g, part(MEMORY.recent), x, isFirst);
  const views = g.node(
    'Concat',
    [x, ...MEDIANS.map((n) => medianOf(g, recent, n)), shapeOf(g, recent, seen)],
    {
      attributes: { axis: 1 },
    },
  );
  const sides = g.node('Concat', [views, g.node('Neg', [views])], { attributes: { axis: 1 } });
  const tops = g.node('Reshape', [part(MEMORY.tops), g.ints([-1, SIDES, BLOCKS])]);
  const isWarm = g.node('Greater', [seen, g.number(WARM_UP)]);
  const youth = g.node('Div', [seen, g.number(YOUNG)]);
  const tempered = g.node('Mul', [excessOf(g, sides, tops), g.node('Mul', [youth, youth])]);
  const r = g.node('Where', [isWarm, tempered, g.number(0)], { output: 'r' });
  const phase = part(MEMORY.phase);
  const nextTops = remember(g, tops, sides, { isFirst, begins: g.node('Equal', [phase, g.number(0)]) });
  const advanced = g.node('Add', [phase, g.number(1)]);
  const isFull = g.node('Equal', [advanced, g.number(BLOCK)]);
  const nextPhase = g.node('Where', [isFull, g.number(0), advanced]);
  const held = reported(g, r, part(MEMORY.held));
  g.node('Concat', [recent, nextTops, held, seen, nextPhase], {
    output: 'memory_next',
    attributes: { axis: 1 },
  });
  g.output('score', 'float32', ['batch']);
  g.output('memory_next', 'float32', ['batch', MEMORY_SIZE]);
  return encodeModel(g.build());
}

/** A graph builder that makes each small constant once. */
class StreamBuilder extends GraphBuilder {
  readonly #constants = new Set<string>();

  constructor() {
    super('stream_score');
  }

  number(value: number): string {
    return this.#once(`number_${value}`, (name) => this.scalar(name, value));
  }

  ints(values: readonly number[]): string {
    return this.#once(`ints_${values.join('_')}`, (name) =>
      this.constant(name, int64([values.length], [...values])),
    );
  }

  slice(data: string, from: number, to: number, axis: number): string {
    return this.node('Slice', [data, this.ints([from]), this.ints([to]), this.ints([axis])]);
  }

  #once(name: string, make: (name: string) => string): string {
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    return make(name);
  }
}

function recentWith(g: StreamBuilder, before: string, x: string, isFirst: string): string {
  const shifted = g.node('Concat', [g.slice(before, 1, RECENT, 1), x], { attributes: { axis: 1 } });
  return g.node('Where', [isFirst, x, shifted], { output: 'recent' });
}

function medianOf(g: StreamBuilder, recent: string, count: number): string {
  const half = (count >> 1) + 1;
  const last = g.slice(recent, RECENT - count, RECENT, 1);
  // The greatest of the lower half.
  const lower = g.node('TopK', [last, g.ints([half])], {
    unused: [`places_${count}`],
    attributes: { axis: 1, largest: 0, sorted: 1 },
  });
  return g.slice(lower, half - 1, half, 1);
}

function shapeOf(g: StreamBuilder, recent: string, seen: string): string {
  const starts = RECENT - 2 * SHAPE + 1;
  // A convolution with single ones lays all shapes side by side: place k of the shape that begins at s is row k, column s.
  const ones = Array.from({ length: SHAPE * SHAPE }, (_, i) => (i % SHAPE === Math.floor(i / SHAPE) ? 1 : 0));
  const older = g.node('Unsqueeze', [g.slice(recent, 0, RECENT - SHAPE, 1), g.ints([1])]);
  const shapes = g.node('Conv', [older, g.constant('places', float32([SHAPE, 1, SHAPE], ones))], {
    attributes: { kernel_shape: [SHAPE] },
  });
  const newest = g.node('Unsqueeze', [g.slice(recent, RECENT - SHAPE, RECENT, 1), g.ints([2])]);
  const difference = g.node('Sub', [shapes, newest]);
  const distances = g.reduceSum(g.node('Mul', [difference, difference]), g.ints([1]), false);
  // A shape that begins before the stream did is none.
  const ages = Array.from({ length: starts }, (_, start) => RECENT - start);
  const isReal = g.node('LessOrEqual', [g.constant('shape_ages', float32([1, starts], ages)), seen]);
  const real = g.node('Where', [isReal, distances, g.number(3e38)]);
  const least = g.node('ReduceMin', [real], { attributes: { axes: [1], keepdims: 1 } });
  const isLongEnough = g.node('GreaterOrEqual', [seen, g.number(2 * SHAPE)]);
  return g.node('Where', [isLongEnough, g.node('Sqrt', [least]), g.number(0)]);
}

function excessOf(g: StreamBuilder, sides: string, blocks: string): string {
  const tops = g.node('ReduceMax', [blocks], { attributes: { axes: [2], keepdims: 0 } });
  const at = (indices: readonly number[]): string =>
    g.node('Gather', [tops, g.ints(indices)], { attributes: { axis: 1 } });
  const overSides = { attributes: { axes: [1], keepdims: 1 } };
  const level = g.node('ReduceMax', [g.node('Abs', [at([0, VIEWS])])], overSides);
  const floor = g.node('Add', [g.node('Mul', [level, g.number(FLOOR.share)]), g.number(FLOOR.least)]);
  const opposite = at(Array.from({ length: SIDES }, (_, side) => (side + VIEWS) % SIDES));
  const range = g.node('Add', [g.node('Add', [tops, opposite]), floor]);
  const tolerances = Array.from({ length: SIDES }, (_, side) => TOLERANCES[side % VIEWS]!);
  const tolerance = g.node('Mul', [range, g.constant('tolerances', float32([1, SIDES], tolerances))]);
  const inTolerances = g.node('Div', [g.node('Sub', [sides, tops]), tolerance]);
  const greatest = g.node('ReduceMax', [g.slice(inTolerances, 0, JUDGED_SIDES, 1)], overSides);
  return g.node('Max', [greatest, g.number(0)]);
}

/** The blocks of every side with the newest values in, as [batch, SIDES · BLOCKS]. */
function remember(
  g: StreamBuilder,
  blocks: string,
  sides: string,
  { isFirst, begins }: { isFirst: string; begins: string },
): string {
  const column = g.node('Unsqueeze', [sides, g.ints([2])]);
  const flag = (name: string): string => g.node('Unsqueeze', [name, g.ints([2])]);
  const older = g.slice(blocks, 1, BLOCKS, 2);
  const kept = g.slice(blocks, 0, BLOCKS - 1, 2);
  const present = g.node('Max', [g.slice(blocks, BLOCKS - 1, BLOCKS, 2), column]);
  const isNew = flag(begins);
  const next = g.node(
    'Concat',
    [g.node('Where', [isNew, older, kept]), g.node('Where', [isNew, column, present])],
    { attributes: { axis: 2 } },
  );
  const all = g.node('Where', [flag(isFirst), column, next]);
  return g.node('Reshape', [all, g.ints([-1, SIDES * BLOCKS])]);
}

/** Writes `score`, and gives what is held from now on. */
function reported(g: StreamBuilder, r: string, heldBefore: string): string {
  const held = g.node('Mul', [heldBefore, g.number(HELD.keep)]);
  const isNews = g.node('Greater', [r, held]);
  const news = g.node('Where', [isNews, r, g.number(0)]);
  const share = g.node('Div', [news, g.node('Add', [news, g.number(1)])]);
  g.node('Reshape', [share, g.ints([-1])], { output: 'score' });
  return g.node('Where', [isNews, g.node('Mul', [r, g.number(HELD.factor)]), held]);
}
