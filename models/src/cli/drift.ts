import { type Comparison, compareSamples } from '@skerry/proto/drift/compare';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, printJson, printTable } from '@skerry/proto/node/program';
import { column } from '../profile/profile.ts';
import { type CsvFlags, readCsv, withCsvFlags } from './shared.ts';

interface DriftFlags extends CsvFlags {
  reference: string;
  current: string;
  json?: boolean;
}

/** `drift --reference A.csv --current B.csv`: every drift measure of every numeric column that both files have. */
export function addDrift(program: Command): void {
  withCsvFlags(program.command('drift'))
    .description('how far the columns of one recording have drifted from those of another')
    .requiredOption('--reference <csv>', 'the recording to compare with')
    .requiredOption('--current <csv>', 'the recording that may have drifted')
    .option('--json', 'print {"columns": {NAME: {measure: value}}}')
    .addHelpText('after', '\nExample:\n  skerry-model drift --reference may.csv --current june.csv --json')
    .action(async (flags: DriftFlags) => {
      const reference = await readCsv(flags.reference, flags);
      const current = await readCsv(flags.current, flags);
      const shared = reference.numericColumns.filter((name) => current.numericColumns.includes(name));
      if (shared.length === 0)
        throw new SkerryError('invalid', `${flags.reference} and ${flags.current} share no numeric column`, {
          hint: `they have ${reference.numericColumns.join(', ')} and ${current.numericColumns.join(', ')}`,
        });
      const values = (recording: typeof reference, name: string): Float64Array =>
        column({ width: recording.columns.length, values: recording.rows }, recording.columns.indexOf(name));
      const columns: Record<string, Comparison> = Object.fromEntries(
        shared.map((name) => [name, compareSamples(values(reference, name), values(current, name))]),
      );
      if (flags.json) printJson({ columns });
      else printComparisons(columns);
    });
}

function printComparisons(columns: Record<string, Comparison>): void {
  const measures = Object.keys(Object.values(columns)[0]!) as (keyof Comparison)[];
  printTable(
    ['column', ...measures],
    Object.entries(columns).map(([name, c]) => [
      name,
      ...measures.map((m) => String(Number(c[m].toPrecision(4)))),
    ]),
  );
}
