/** How a graph's input would take a window: guessed from its dimensions, their names, and the operator that takes it. */
import { SkerryError } from '@skerry/proto/errors';
import { intAttribute, type Model, type ValueShape } from '@skerry/proto/onnx/graph';
import type { ReleaseInput } from '@skerry/proto/release';

export interface WindowGuess {
  layout: ReleaseInput['layout'];
  /** Undefined where the graph takes any. */
  length: number | undefined;
  width: number | undefined;
}

const TIME = /time|seq|step|len|window|frame/i;
const CHANNEL = /chan|feat|sensor|dim|column/i;

/** Throws SkerryError unsupported for an input of more dimensions than a window has. */
export function guessWindow(model: Model, input: ValueShape): WindowGuess {
  const layout = guessLayout(model, input);
  const sizeAt = (axis: 'time' | 'channel' | 'feature'): number | undefined => {
    const dim = input.dims[layout.indexOf(axis)];
    return typeof dim === 'number' && dim > 0 ? dim : undefined;
  };
  // A row of features is taken as one tick: every feature a channel.
  if (layout.includes('feature')) return { layout, length: 1, width: sizeAt('feature') };
  return {
    layout,
    length: layout.includes('time') ? sizeAt('time') : 1,
    width: layout.includes('channel') ? sizeAt('channel') : 1,
  };
}

function guessLayout(model: Model, { name, dims }: ValueShape): ReleaseInput['layout'] {
  const taker = model.graph.node.find((node) => node.input?.[0] === name);
  switch (dims.length) {
    case 1:
      return ['batch'];
    case 2:
      return ['batch', 'feature'];
    case 3:
      return threeAxes(dims, taker?.opType ?? '', taker ? intAttribute(taker, 'layout', 0) : 0);
    case 4: {
      const [, second, third, last] = dims;
      if (second === 1) return ['batch', 1, 'time', 'channel'];
      if (last === 1) return ['batch', 'channel', 'time', 1];
      if (third === 1) return ['batch', 'channel', 1, 'time'];
      break;
    }
    default:
  }
  throw new SkerryError(
    'unsupported',
    `input "${name}" has the dimensions [${dims.join(', ')}]; a window has time and channels`,
    { hint: 'let the graph take [batch, time, channel] and reshape inside' },
  );
}

function threeAxes(dims: ValueShape['dims'], opType: string, rnnLayout: number): ReleaseInput['layout'] {
  const named = (axis: number, pattern: RegExp): boolean =>
    typeof dims[axis] === 'string' && pattern.test(dims[axis]);
  if (/^(Conv|ConvInteger|QLinearConv|MaxPool|AveragePool)$/.test(opType))
    return ['batch', 'channel', 'time'];
  if (/^(LSTM|GRU|RNN)$/.test(opType))
    return rnnLayout === 1 ? ['batch', 'time', 'channel'] : ['time', 'batch', 'channel'];
  if (named(0, TIME)) return ['time', 'batch', 'channel'];
  if (named(2, TIME) || (named(1, CHANNEL) && !named(2, CHANNEL))) return ['batch', 'channel', 'time'];
  return ['batch', 'time', 'channel'];
}
