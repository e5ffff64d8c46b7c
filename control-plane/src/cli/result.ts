/** `skerry result`: what the models said. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import { outputs } from './device.ts';
import { percent, table } from './format.ts';
import { addResultImport } from './result-import.ts';
import { action, type Session, usageError, wholeNumber } from './session.ts';

interface Filter {
  agent?: string;
  pipeline?: string;
  device?: string;
  from?: string;
  to?: string;
}

/** A result as interfaces describe it (README, "A result"), as far as the table shows it. */
interface ResultJson {
  from: string;
  to: string;
  agent: string;
  device: string;
  pipeline: string;
  release: string;
  decision: string;
  outputs: Record<string, unknown>;
  attribution: { channel: string; share: number }[];
}

/** Adds `result ls|export|import`. */
export function addResultCommands(program: Command): void {
  const result = program.command('result').description('results: what the models said about each window');
  withFilter(result.command('ls'))
    .description('results, the newest window first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 50)
    .addHelpText(
      'after',
      '\nExamples:\n  skerry result ls --device press-7\n  skerry result ls --from 2026-11-20T09:00:00Z --to 2026-11-20T10:00:00Z --limit 500',
    )
    .action(
      action<Filter & { limit: number }>(async (session, _, options) => {
        const query = { ...filterOf(options), order: 'desc' };
        const results = await session.client.list<ResultJson>('api/v1/results', query, options.limit);
        session.show(results, () => showResults(results));
      }),
    );
  withFilter(result.command('export'))
    .description('every matching result as one JSON line each, the oldest window first')
    .option('--out <file>', 'write there (left out: stdout)')
    .addHelpText(
      'after',
      '\nExample:\n  skerry result export --pipeline press-vibration --out results.ndjson',
    )
    .action(action<Filter & { out?: string }>((session, _, options) => exportResults(session, options)));
  addResultImport(result);
}

function withFilter(command: Command): Command {
  return command
    .option('--agent <agent>', 'only of this agent')
    .option('--pipeline <pipeline>', 'only of this pipeline')
    .option('--device <device>', 'only of this device')
    .option('--from <time>', 'windows that begin then or later (RFC 3339)', isoTime)
    .option('--to <time>', 'windows that begin before', isoTime);
}

function isoTime(text: string): string {
  if (!Number.isFinite(Date.parse(text)))
    throw usageError('expected a time, for example 2026-11-20T09:00:00Z');
  return new Date(text).toISOString();
}

function filterOf({ agent, pipeline, device, from, to }: Filter): Record<string, string | undefined> {
  return { agent, pipeline, device, from, to };
}

function showResults(results: readonly ResultJson[]): void {
  table(
    ['from', 'device', 'pipeline', 'release', 'decision', 'outputs', 'because of'],
    results.map((r) => [
      r.from,
      r.device,
      r.pipeline,
      r.release,
      r.decision,
      outputs(r.outputs),
      r.attribution
        .slice(0, 2)
        .map((a) => `${a.channel} ${percent(a.share)}`)
        .join(', '),
    ]),
    'no result matches',
  );
}

async function exportResults(session: Session, options: Filter & { out?: string }): Promise<void> {
  const toFile = options.out !== undefined && options.out !== '-';
  const out = toFile ? createWriteStream(options.out!) : process.stdout;
  const failed = new Promise<never>((_, reject) => {
    out.once('error', (cause) =>
      reject(
        new SkerryError('failed', `${options.out ?? 'stdout'} can't be written: ${reasonOf(cause)}`, {
          cause,
        }),
      ),
    );
  });
  failed.catch(() => undefined);
  let written = 0;
  const query = { ...filterOf(options), order: 'asc' };
  for await (const page of session.client.pages<ResultJson>('api/v1/results', query)) {
    for (const item of page) {
      // Back pressure: a fleet's results don't fit in memory.
      if (!out.write(`${JSON.stringify(item)}\n`)) await Promise.race([once(out, 'drain'), failed]);
      written++;
    }
  }
  if (!toFile) return;
  out.end();
  await Promise.race([finished(out), failed]);
  session.show({ file: options.out, results: written }, () =>
    print(`${written} results are in ${options.out}.`),
  );
}
