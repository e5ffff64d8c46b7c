/** `skerry sample`: captured windows, what people say of them, and the dataset that comes of it. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import type { SampleInfo, SampleWithValues } from '../core/shard/samples.ts';
import { number, percent, table } from './format.ts';
import { action, type Session, usageError, wholeNumber } from './session.ts';

interface Filter {
  agent?: string;
  pipeline?: string;
  device?: string;
  reason?: string;
  labelled?: string;
}

/** Adds `sample ls|label|export`. */
export function addSampleCommands(program: Command): void {
  const sample = program
    .command('sample')
    .description('samples: windows that agents captured to be labelled');
  withFilter(sample.command('ls'))
    .description('captured windows, the newest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 50)
    .addHelpText(
      'after',
      '\nExamples:\n  skerry sample ls --labelled no\n  skerry sample ls --device press-7',
    )
    .action(
      action<Filter & { limit: number }>(async (session, _, { limit, ...options }) => {
        const query = filterOf(options);
        const samples = await session.client.list<SampleWithValues>('api/v1/samples', query, limit);
        session.show(samples, () => showSamples(samples));
      }),
    );
  sample
    .command('label')
    .description('say what a captured window shows')
    .argument('<agent>')
    .argument('<id>')
    .argument('<label>', 'for example normal, or the name of a fault; - takes it back')
    .addHelpText('after', '\nExample:\n  skerry sample label oslo-gw1 mz4q… bearing-wear')
    .action(
      action(async (session, [agent, id, label]) => {
        const path = `api/v1/samples/${encodeURIComponent(agent!)}/${encodeURIComponent(id!)}/label`;
        const body = { label: label === '-' ? null : label };
        const info = await session.client.json<SampleInfo>('POST', path, { body });
        session.show(info, () =>
          print(info.label ? `${id} shows ${info.label}.` : `${id} has no label any more.`),
        );
      }),
    );
  withFilter(sample.command('export'))
    .description('every matching window with its values and label as one JSON line each, the newest first')
    .option('--out <file>', 'write there (left out: stdout)')
    .addHelpText('after', '\nExample:\n  skerry sample export --labelled yes --out dataset.ndjson')
    .action(action<Filter & { out?: string }>((session, _, options) => exportSamples(session, options)));
}

function withFilter(command: Command): Command {
  return command
    .option('--agent <agent>', 'only of this agent')
    .option('--pipeline <pipeline>', 'only of this pipeline')
    .option('--device <device>', 'only of this device')
    .option('--reason <reason>', 'only those taken for it: threshold, drift, novel, disagreement or random')
    .option('--labelled <yes|no>', 'only those with a label, or without', (text) => {
      if (text !== 'yes' && text !== 'no') throw usageError('--labelled is yes or no');
      return text;
    });
}

function filterOf(filter: Filter): Record<string, string | undefined> {
  const { agent, pipeline, device, reason, labelled } = filter;
  return { agent, pipeline, device, reason, labelled };
}

function showSamples(samples: readonly SampleWithValues[]): void {
  table(
    ['from', 'agent', 'device', 'pipeline', 'because', 'score', 'threshold', 'label', 'id'],
    samples.map((s) => [
      s.from,
      s.agent,
      s.device,
      s.pipeline,
      s.reason === 'random' ? `random, ${percent(s.inclusion)}` : s.reason,
      number(s.score ?? undefined),
      number(s.threshold ?? undefined),
      s.label ?? '–',
      s.id,
    ]),
    'no window was captured: policy.yaml asks for it with onAlert: [capture]',
  );
}

async function exportSamples(
  session: Session,
  { out: file, ...options }: Filter & { out?: string },
): Promise<void> {
  const toFile = file !== undefined && file !== '-';
  const out = toFile ? createWriteStream(file) : process.stdout;
  const failed = once(out, 'error').then(([cause]) => {
    throw new SkerryError('failed', `${file ?? 'stdout'} can't be written: ${reasonOf(cause)}`, { cause });
  });
  failed.catch(() => undefined);
  let written = 0;
  for await (const page of session.client.pages<SampleWithValues>('api/v1/samples', filterOf(options))) {
    for (const sample of page) {
      if (!out.write(`${JSON.stringify(sample)}\n`)) await Promise.race([once(out, 'drain'), failed]);
      written++;
    }
  }
  if (!toFile) return;
  out.end();
  await Promise.race([finished(out), failed]);
  session.show({ file, samples: written }, () => print(`${written} samples are in ${file}.`));
}
