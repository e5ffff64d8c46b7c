/** `skerry-agent outbox export|acknowledge`: results where there is no network, through the running agent or without it. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { BUNDLE_MAGIC, framePart, readParts } from '@skerry/proto/bundle';
import { SkerryError } from '@skerry/proto/errors';
import { print, printJson } from '@skerry/proto/node/program';
import { formatBytes } from '@skerry/proto/units';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import type { AcknowledgeOutcome } from '../byhand/acknowledge.ts';
import { type LoadedConfig, loadConfig } from './config-file.ts';
import { postLocal, progress } from './local-post.ts';
import { runningStatus, withOutbox } from './opened-outbox.ts';

const BUNDLE_TYPE = 'application/x-skerry-bundle';

interface Options {
  config: string;
  json: boolean;
}

interface Exported {
  file: string;
  parts: number;
  results: number;
  alerts: number;
  sketches: number;
  sizeBytes: number;
}

/** `skerry-agent outbox export FILE`: everything that the control plane doesn't have yet, for a person to carry. */
export async function outboxExport(file: string, options: Options): Promise<void> {
  const loaded = await loadConfig(options.config);
  const exported = (await runningStatus(loaded))
    ? await writeFile(file, await fromRunning(loaded, 'export'))
    : await withOutbox(loaded, async ({ byHand }) => writeFile(file, await byHand.export()));
  if (options.json) return printJson(exported);
  const { results, alerts, parts, sizeBytes } = exported;
  print(
    `${results} results and ${alerts} alerts are in ${file} (${formatBytes(sizeBytes)}, ${parts} part${parts === 1 ? '' : 's'}).`,
  );
  print(
    `They stay in the outbox until it is acknowledged: skerry result import ${file}, then bring back ${file}.ack`,
  );
}

/** `skerry-agent outbox acknowledge FILE`: what the control plane has taken leaves the outbox. */
export async function outboxAcknowledge(file: string, options: Options): Promise<void> {
  const loaded = await loadConfig(options.config);
  const outcome = (await runningStatus(loaded))
    ? await acknowledgeRunning(loaded, file)
    : await withOutbox(loaded, ({ byHand }) => byHand.acknowledge(createReadStream(file), file));
  if (options.json) printJson(outcome);
  if (outcome.newEpoch !== undefined)
    throw new SkerryError('conflict', `${outcome.newEpoch}, so a new epoch has begun`, {
      hint: 'nothing is lost: export again',
    });
  if (options.json) return;
  const { result = 0, alert = 0 } = outcome.cursors;
  print(`Acknowledged: results to block ${result}, alerts to block ${alert}. They have left the outbox.`);
  if (outcome.desiredGeneration !== undefined)
    print(`Desired state of generation ${outcome.desiredGeneration} came along.`);
}

async function fromRunning(loaded: LoadedConfig, what: 'export'): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await post(loaded, what);
  if (!body) throw new SkerryError('failed', 'the running agent sent nothing');
  return body;
}

async function acknowledgeRunning(loaded: LoadedConfig, file: string): Promise<AcknowledgeOutcome> {
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  return (await (await post(loaded, 'acknowledge', body)).json()) as AcknowledgeOutcome;
}

function post(
  loaded: LoadedConfig,
  what: 'export' | 'acknowledge',
  body?: ReadableStream<Uint8Array>,
): Promise<Response> {
  return postLocal(loaded, `/api/outbox/${what}`, BUNDLE_TYPE, body);
}

/** Writes the parts as they come, each checked; a file of that name appears only once it is whole. */
async function writeFile(file: string, chunks: AsyncIterable<Uint8Array>): Promise<Exported> {
  const unfinished = `${file}.part`;
  const out = createWriteStream(unfinished);
  const failed = new Promise<never>((_, reject) => out.once('error', reject));
  failed.catch(() => undefined);
  const exported: Exported = { file, parts: 0, results: 0, alerts: 0, sketches: 0, sizeBytes: 0 };
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (!out.write(bytes)) await Promise.race([once(out, 'drain'), failed]);
  };
  try {
    await write(BUNDLE_MAGIC);
    for await (const { part, bytes, endBytes } of readParts(chunks, 'what the agent exports')) {
      await write(framePart(bytes));
      count(exported, decode(v1.SyncRequest, part.request));
      exported.sizeBytes = endBytes;
      progress(`part ${exported.parts}, ${formatBytes(endBytes)}`);
    }
    out.end();
    await Promise.race([finished(out), failed]);
    await rename(unfinished, file);
    return exported;
  } catch (cause) {
    out.destroy();
    await rm(unfinished, { force: true });
    throw cause;
  } finally {
    progress('');
  }
}

function count(exported: Exported, request: skerry.v1.ISyncRequest): void {
  exported.parts++;
  exported.sketches += request.sketches?.length ?? 0;
  for (const { lane, count: records } of request.blocks ?? [])
    exported[lane === v1.Lane.LANE_ALERT ? 'alerts' : 'results'] += records ?? 0;
}
