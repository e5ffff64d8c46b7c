/** `skerry-sim record`: a machine's recording written to a CSV file, without a broker and without waiting. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type Command, InvalidArgumentError, Option, print, printJson } from '@skerry/proto/node/program';
import { durationMs, rateHz } from '@skerry/proto/units';
import { machineModels } from '../machines/catalog.ts';
import { type MachineFault, type MachineKind, machineFaults, machineKinds } from '../machines/machine.ts';
import { recordMachine } from '../machines/recording.ts';
import { csvLines } from '../recording-csv.ts';

interface RecordFlags {
  out: string;
  for: number;
  rate: number;
  seed: number;
  fault?: MachineFault;
  at: number;
  json?: boolean;
}

// Beyond, a recording of this kind doesn't fit into memory with ease.
const ROWS_MAX = 5_000_000;

const examples = `
Examples:
  skerry-sim record pump --for 12h --out healthy.csv
  skerry-sim record pump --for 2h --fault cavitation --at 1h --seed 2 --out labelled.csv

With --fault the file has a column "fault": 0 before --at, 1 from then on. Rows begin at 2026-01-01T00:00:00Z.`;

/** Adds `record MACHINE --out FILE.csv`. */
export function addRecord(program: Command): void {
  program
    .command('record <machine>')
    .description(`write a machine's recording as CSV at once: ${machineKinds.join(', ')}`)
    .requiredOption('--out <file.csv>', 'where it is written')
    .addOption(
      new Option('--for <duration>', 'how long it runs')
        .argParser(quantity(durationMs))
        .default(21_600_000, '6h'),
    )
    .addOption(new Option('--rate <rate>', 'rows').argParser(quantity(rateHz)).default(2, '2Hz'))
    .addOption(new Option('--seed <n>', 'another seed, another machine').argParser(seed).default(1))
    .addOption(new Option('--fault <kind>', 'what fails from --at on').choices(machineFaults))
    .addOption(
      new Option('--at <duration>', 'when it fails').argParser(quantity(durationMs)).default(0, '0s'),
    )
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', examples)
    .action(record);
}

async function record(machine: string, flags: RecordFlags): Promise<void> {
  const { fault, rate } = flags;
  const kind = requireMachine(machine, fault);
  const rows = Math.round((flags.for / 1_000) * rate);
  if (rows < 1 || rows > ROWS_MAX)
    throw new SkerryError('invalid', `that makes ${rows} rows`, {
      hint: `give --for and --rate that make 1 to ${ROWS_MAX}`,
    });
  const isFaulty = (elapsedS: number): boolean => elapsedS >= flags.at / 1_000;
  const options = { seed: flags.seed, hours: flags.for / 3_600_000, rateHz: rate };
  const recording = recordMachine(kind, options, (s) => (fault && isFaulty(s) ? { [fault]: 1 } : {}));
  try {
    await pipeline(Readable.from(csvLines(recording, fault && isFaulty)), createWriteStream(flags.out));
  } catch (cause) {
    throw new SkerryError('failed', `${flags.out} can't be written: ${reasonOf(cause)}`, {
      hint: 'choose another place with --out',
      cause,
    });
  }
  const channels = recording.channels.map(({ name }) => name);
  if (flags.json) printJson({ machine, file: flags.out, rows, channels, ...(fault && { fault }) });
  else print(`${rows} rows of a ${machine} in ${flags.out}: ${channels.join(', ')}`);
}

function requireMachine(machine: string, fault: MachineFault | undefined): MachineKind {
  const kind = machineKinds.find((k) => k === machine);
  if (!kind)
    throw new SkerryError('invalid', `there is no machine ${machine}`, {
      hint: `take ${machineKinds.join(', ')}`,
    });
  if (fault && !(fault in machineModels[kind].faults))
    throw new SkerryError('invalid', `a ${kind} has no fault ${fault}`, {
      hint: `it has ${Object.keys(machineModels[kind].faults).join(', ')}`,
    });
  return kind;
}

function quantity(parse: (text: string) => number): (text: string) => number {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof SkerryError)) throw error;
      throw new InvalidArgumentError(`${error.message}; ${error.hint}.`);
    }
  };
}

function seed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
