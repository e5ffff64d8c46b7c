/** `pnpm bench [NAME] [--json]`: every benchmark here, or one. Figures are this machine's; ratios carry over. */
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { wholeNumber } from '@skerry/control-plane/cli/session';
import { SkerryError } from '@skerry/proto/errors';
import { createProgram, print, printJson, printTable, runProgram } from '@skerry/proto/node/program';
import type { Bench, Row } from './bench.ts';

const program = createProgram('bench', 'Measures Skerry; without a name, everything')
  .argument('[name]', 'only this benchmark')
  .option('--json', 'machine output on stdout')
  .option('--minutes <n>', 'offline: minutes of the plant that are replayed', wholeNumber(1), 60)
  .option('--list', 'only say what there is')
  .addHelpText('after', '\nExamples:\n  pnpm bench\n  pnpm bench agent\n  pnpm --silent bench agent --json')
  .action(async (name: string | undefined, flags: { json?: boolean; list?: boolean; minutes: number }) => {
    const benches = await loadBenches();
    if (flags.list) {
      printTable(
        ['name', 'what it measures'],
        benches.map((bench) => [bench.name, bench.about]),
      );
      return;
    }
    const chosen = name === undefined ? benches : benches.filter((bench) => bench.name === name);
    if (chosen.length === 0)
      throw new SkerryError('not-found', `there is no benchmark ${name}`, {
        hint: `there is ${benches.map((bench) => bench.name).join(', ')}`,
      });
    const machine = `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`;
    const results: { name: string; about: string; rows: Row[] }[] = [];
    for (const bench of chosen) {
      if (!flags.json) print(`\n${bench.name}: ${bench.about}\n${machine}`);
      const rows = await bench.run({ minutes: flags.minutes });
      results.push({ name: bench.name, about: bench.about, rows });
      if (!flags.json) show(rows);
    }
    if (flags.json) printJson({ machine, benches: results });
  });

async function loadBenches(): Promise<Bench[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.ts'));
  const modules = files
    .sort()
    .map((file) => import(join(import.meta.dirname, file)) as Promise<{ bench: Bench }>);
  return (await Promise.all(modules)).map(({ bench }) => bench);
}

function show(rows: readonly Row[]): void {
  printTable(
    ['what', 'median', 'low', 'high', 'unit', 'times', 'note'],
    rows.map((r) => [
      r.name,
      shown(r.median),
      shown(r.low),
      shown(r.high),
      r.unit,
      `${r.repetitions}`,
      r.note ?? '',
    ]),
  );
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

await runProgram(program, process.argv.slice(2));
