/** `skerry result import`: results that a person carried here, and the acknowledgement that goes back. */
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { BUNDLE_MAGIC, framePart, readParts } from '@skerry/proto/bundle';
import { fromBase64 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import { formatBytes } from '@skerry/proto/units';
import type { ImportAnswer } from '../core/shard/import.ts';
import { action, type Session } from './session.ts';

/** What the control plane answers to one part. */
type PartAnswer = Pick<ImportAnswer, 'epoch' | 'results' | 'alerts' | 'lanes'> & {
  agent: string;
  /** Base64 of the signed part that goes back. */
  acknowledgement: string;
};

interface Imported {
  agent: string;
  epoch: string;
  parts: number;
  /** What was new here. */
  results: number;
  alerts: number;
  lanes: ImportAnswer['lanes'];
  acknowledgement: string;
}

/** A part of a megabyte takes a slow server a while. */
const PART_TIMEOUT_MS = 120_000;

/** Adds `result import`. */
export function addResultImport(result: Command): void {
  result
    .command('import')
    .description(
      'take the results that skerry-agent outbox export wrote, and write the acknowledgement for the agent',
    )
    .argument('<file>')
    .option('--ack <file>', 'where the acknowledgement goes (left out: FILE.ack)')
    .addHelpText(
      'after',
      `
What is held already changes nothing, so a file may be imported again. Bring the acknowledgement back to the agent:
  skerry-agent outbox acknowledge results.skerry.ack

Example:
  skerry result import results.skerry`,
    )
    .action(
      action<{ ack?: string }>(async (session, [file], { ack }) => {
        await checkWhole(file!);
        const imported = await importFile(session, file!, ack ?? `${file}.ack`);
        session.show(imported, () => showImported(imported));
        const conflict = imported.lanes.find((lane) => lane.conflict);
        if (conflict)
          throw new SkerryError(
            'conflict',
            `other ${conflict.lane} blocks are held under epoch ${imported.epoch.slice(0, 8)} of ${imported.agent}: a restored image or a cloned disk`,
            {
              hint: 'bring the acknowledgement back all the same: the agent then begins a new epoch; export there again',
            },
          );
      }),
    );
}

/** Reads the file to its end, so that nothing is sent of one that is cut off or damaged. */
async function checkWhole(file: string): Promise<void> {
  for await (const { part } of readParts(createReadStream(file), file))
    if (part.acknowledgement)
      throw new SkerryError('invalid', `${file} is an acknowledgement, and holds no results`, {
        hint: 'bring it to the agent: skerry-agent outbox acknowledge',
      });
}

async function importFile(session: Session, file: string, ackFile: string): Promise<Imported> {
  const { size } = await stat(file);
  const unfinished = `${ackFile}.part`;
  const out = await open(unfinished, 'w');
  const lanes = new Map<string, ImportAnswer['lanes'][number]>();
  const imported: Imported = {
    agent: '',
    epoch: '',
    parts: 0,
    results: 0,
    alerts: 0,
    lanes: [],
    acknowledgement: ackFile,
  };
  try {
    await out.write(BUNDLE_MAGIC);
    for await (const { bytes, endBytes } of readParts(createReadStream(file), file)) {
      const answer = await send(session, bytes);
      await out.write(framePart(fromBase64(answer.acknowledgement)));
      imported.agent = answer.agent;
      imported.epoch = answer.epoch;
      imported.parts++;
      imported.results += answer.results;
      imported.alerts += answer.alerts;
      for (const lane of answer.lanes) lanes.set(lane.lane, lane);
      progress(`${formatBytes(endBytes)} of ${formatBytes(size)}`);
    }
    await out.sync();
    await rename(unfinished, ackFile);
    return { ...imported, lanes: [...lanes.values()] };
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    progress('');
    await out.close();
  }
}

async function send(session: Session, bytes: Uint8Array): Promise<PartAnswer> {
  return session.client.json<PartAnswer>('POST', 'api/v1/results/import', {
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
    timeoutMs: PART_TIMEOUT_MS,
  });
}

function showImported({ agent, results, alerts, parts, lanes, acknowledgement }: Imported): void {
  print(
    `${agent}: ${results} results and ${alerts} alert events are new here, of ${parts} part${parts === 1 ? '' : 's'}.`,
  );
  for (const { lane, cursor } of lanes) print(`${lane} lane: durable to block ${cursor}`);
  print(`The acknowledgement is in ${acknowledgement}: skerry-agent outbox acknowledge ${acknowledgement}`);
}

/** One line that keeps changing, where a person looks on. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}
