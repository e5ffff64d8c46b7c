/** Which outputs of a graph look like what its inputs want back with the next window. */
import {
  inputsOfGraph,
  type Model,
  outputsOfGraph,
  shapeOf,
  type ValueShape,
} from '@skerry/proto/onnx/graph';

/** An output that is fed back. */
export interface StatePair {
  input: string;
  output: string;
  /** Which of its axes counts windows. */
  batchAxis: number;
}

const RECURRENT: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);
/** Of a recurrent node: where its first hidden and cell state come in, and its last ones go out; [directions, batch, size]. */
const RECURRENT_STATES: readonly (readonly [input: number, output: number])[] = [
  [5, 1],
  [6, 2],
];

/** Pairs by wiring (the states of LSTM, GRU and RNN nodes), else by names that say the same before and after. */
export function statePairs(model: Model): StatePair[] {
  const inputs = inputsOfGraph(model).map(shapeOf);
  const outputs = outputsOfGraph(model);
  const pairs: StatePair[] = [];
  for (const input of inputs) {
    const wired = wiredOutput(model, input.name);
    const output = outputs.find(
      (o) =>
        o.name === wired ||
        (sameShape(input, o) && baseOf(input.name) !== '' && baseOf(input.name) === baseOf(o.name)),
    );
    if (output && !pairs.some((pair) => pair.output === output.name))
      pairs.push({
        input: input.name,
        output: output.name,
        batchAxis: batchAxisOf(input, output.name === wired),
      });
  }
  // What is all that a graph takes is its window, though an output be named alike (an autoencoder's).
  return pairs.length < inputs.length ? pairs : [];
}

function wiredOutput(model: Model, input: string): string | undefined {
  for (const node of model.graph.node)
    if (RECURRENT.has(node.opType ?? ''))
      for (const [from, to] of RECURRENT_STATES) if (node.input?.[from] === input) return node.output?.[to];
  return undefined;
}

function sameShape(a: ValueShape, b: ValueShape): boolean {
  return (
    a.elementType === b.elementType &&
    a.dims.length > 0 &&
    a.dims.length === b.dims.length &&
    a.dims.every((dim, i) => dim === b.dims[i] || (typeof dim === 'string' && typeof b.dims[i] === 'string'))
  );
}

// `h_in`, `h0`, `prev_h` and `h_out`, `hn`, `h_next` all are h.
function baseOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/^(in|out|prev|previous|next|new|initial|init|last)[_.]/g, '')
    .replaceAll(
      /([_.]?(inputs?|outputs?|in|out|prev|previous|next|new|initial|init|final|last|t)|0|n)$/g,
      '',
    );
}

function batchAxisOf({ dims }: ValueShape, isRecurrent: boolean): number {
  if (isRecurrent) return 1;
  const free = dims.findIndex((dim) => typeof dim === 'string' || dim <= 0);
  if (free >= 0) return free;
  return dims.length === 3 && dims[1] === 1 ? 1 : 0;
}
