/** The options of `quantize`. */
import { type Command, Option } from '@skerry/proto/node/program';
import { ENTROPY, PERCENTILE, RANGE_MULTIPLIER } from '../quantize/calibrate.ts';
import { type CsvFlags, listOption, numberOption } from './shared.ts';

export interface QuantizeFlags extends CsvFlags {
  data: string;
  out: string;
  labels?: string;
  channels?: string[];
  layout?: string;
  output?: string;
  rebuilds?: string;
  method: 'minmax' | 'percentile' | 'entropy';
  percentile: number;
  bins: number;
  levels: number;
  widen?: number;
  multiplier?: number;
  activations: 'int8' | 'uint8';
  perTensor?: boolean;
  reduceRange?: boolean;
  dynamic?: boolean;
  exclude: string[];
  excludeMore: boolean;
  minSqnr: number;
  refitThreshold: boolean;
  report?: string;
  picture?: string;
  json?: boolean;
}

/** What is tried, and on what. */
export function withDataOptions(command: Command): Command {
  return command
    .requiredOption(
      '--data <path>',
      'recordings to calibrate and compare on: a CSV file, a folder of them, or a folder of input_0.pb, …',
    )
    .requiredOption('--out <file>', 'where the int8 model is written')
    .option('--labels <column>', 'a column that is 0 in healthy rows, or holds the number of the class')
    .option(
      '--channels <names>',
      "columns that fill a bare model's input (all numeric ones where left out)",
      listOption,
    )
    .option(
      '--layout <axes>',
      "of a bare model's input: batch,time,channel or batch,channel,time or batch,feature",
    )
    .option('--output <name>', 'the output that is compared (that with the threshold, or the first)')
    .option(
      '--rebuilds <input>',
      'the output is a reconstruction of this input: its squared residual is compared',
    );
}

/** How it becomes int8. */
export function withInt8Options(command: Command): Command {
  return command
    .addOption(
      new Option('--method <name>', 'how ranges are found: the last two cut off what is rare')
        .choices(['minmax', 'percentile', 'entropy'])
        .default('minmax'),
    )
    .option(
      '--percentile <n>',
      'of the values that lie inside (percentile)',
      numberOption(50, 100),
      PERCENTILE.percentile,
    )
    .option(
      '--bins <n>',
      'of the histograms (percentile, entropy)',
      numberOption(128, 65_536),
      PERCENTILE.bins,
    )
    .option(
      '--levels <n>',
      'that a distribution is pressed into (entropy)',
      numberOption(16, 256),
      ENTROPY.levels,
    )
    .option(
      '--widen <factor>',
      `how far beyond what was seen int8 reaches (${RANGE_MULTIPLIER} for scores, because less clips anomalies; 1 else)`,
      numberOption(1, 64),
    )
    .addOption(
      new Option('--multiplier <factor>', 'the former name of --widen')
        .argParser(numberOption(1, 64))
        .hideHelp(),
    )
    .addOption(
      new Option('--activations <type>', 'uint8 has all kernels; int8 is for processors that prefer it')
        .choices(['uint8', 'int8'])
        .default('uint8'),
    )
    .option('--per-tensor', 'one scale per weight instead of one per output')
    .option('--reduce-range', 'weights within ±64 (found by a trial on this machine where left out)')
    .option('--no-reduce-range', 'weights within ±127 whatever this machine does')
    .option(
      '--dynamic',
      'find ranges anew in every run; for LSTM, GRU and RNN, and for dense nets that give a score',
    )
    .option('--no-dynamic', 'static, even where dynamic would be accepted and static is not')
    .option('--exclude <layers>', 'layers that stay float', listOption, [])
    .option('--no-exclude-more', 'leave every other layer in int8, even where the result is not accepted')
    .option(
      '--min-sqnr <dB>',
      'take layers out of int8 until the answers reach this too',
      numberOption(-100, 200),
    )
    .option(
      '--no-refit-threshold',
      "don't scale the int8 score so that the release's threshold means the same",
    );
}

/** Where the report goes. */
export function withReportOptions(command: Command): Command {
  return command
    .option('--report <file>', 'write the report as JSON')
    .option('--picture <file>', 'write the report as a picture (SVG)')
    .option('--json', 'print the report as JSON');
}
