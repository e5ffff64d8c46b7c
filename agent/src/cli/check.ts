import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { print, printJson } from '@skerry/proto/node/program';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { systemClock, systemRandom } from '../adapters/system-clock.ts';
import { createLane } from '../lane.ts';
import { inferenceBackends, localReleases } from './compose.ts';
import { type LoadedConfig, loadConfig } from './config-file.ts';
import { fetchStatus, localUrl } from './status.ts';

interface Check {
  what: string;
  ok: boolean;
  detail: string;
}

/**
 * `skerry-agent check`: what `run` would meet, without starting anything. Throws SkerryError failed where anything
 * would keep the agent from working; a control plane that is away isn't among it.
 */
export async function check(options: { config: string; json: boolean }): Promise<void> {
  const loaded = await loadConfig(options.config);
  const running = await isRunning(loaded);
  const checks: Check[] = [
    {
      what: 'configuration',
      ok: true,
      detail: `agent ${loaded.agentId}, ${plural(loaded.config.pipelines.length, 'pipeline')}`,
    },
  ];
  checks.push(
    await attempt('data folder', async () => {
      await mkdir(loaded.dataDir, { recursive: true });
      await access(loaded.dataDir, constants.W_OK);
      return loaded.dataDir;
    }),
  );
  checks.push(await attempt('pipelines', async () => pipelineCheck(loaded)));
  checks.push(await attempt('files', () => fileCheck(loaded)));
  if (running) checks.push({ what: 'agent', ok: true, detail: 'it runs; its ports and brokers are its own' });
  else checks.push(...(await portChecks(loaded)));
  checks.push(
    await attempt('releases on disk', () => releaseCheck(loaded)),
    ...(await backendChecks(loaded)),
  );
  checks.push(await controlPlaneCheck(loaded));
  if (options.json) printJson(checks);
  else for (const { what, ok, detail } of checks) print(`${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}`);
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0)
    throw new SkerryError(
      'failed',
      `${failed.length} of ${checks.length} checks failed: ${failed.map(({ what }) => what).join(', ')}`,
    );
}

async function attempt(what: string, body: () => Promise<string>): Promise<Check> {
  try {
    return { what, ok: true, detail: await body() };
  } catch (error) {
    const hint = error instanceof SkerryError && error.hint ? ` — ${error.hint}` : '';
    return { what, ok: false, detail: `${messageOf(error)}${hint}` };
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

// Another agent may have that port: then it is in use, as for `run`.
async function isRunning({ config, agentId }: LoadedConfig): Promise<boolean> {
  try {
    return (await fetchStatus(localUrl(config.local.listen))).agent === agentId;
  } catch (error) {
    if (error instanceof SkerryError) return false;
    throw error;
  }
}

async function portChecks({ config }: LoadedConfig): Promise<Check[]> {
  const { listen } = config.mqtt;
  const wanted = [
    ...(listen ? [{ what: 'MQTT port', key: 'mqtt.listen', ...listen }] : []),
    ...(listen?.ws
      ? [{ what: 'WebSocket port', key: 'mqtt.listen.ws', host: listen.host, port: listen.ws.port }]
      : []),
    { what: 'local page', key: 'local.listen', ...config.local.listen },
  ];
  return Promise.all(
    wanted.map(({ what, key, host, port }) =>
      attempt(
        what,
        () =>
          new Promise<string>((resolve, reject) => {
            const server = createServer();
            server.once('error', (error) =>
              reject(
                new SkerryError('failed', `${host}:${port} can't be listened on: ${reasonOf(error)}`, {
                  hint: `set ${key} to a free address and port, or stop what is using it`,
                }),
              ),
            );
            server.listen(port, host, () => server.close(() => resolve(`${host}:${port} is free`)));
          }),
      ),
    ),
  );
}

// What the configuration's schema can't see: a codec of a later version, a template or a rule that doesn't compile.
function pipelineCheck({ config, agentId }: LoadedConfig): string {
  const ports = { crypto: nodeCrypto, random: systemRandom };
  for (const pipeline of config.pipelines)
    try {
      createLane(pipeline, { agentId, limits: config.limits, clock: systemClock, ports });
    } catch (error) {
      if (!(error instanceof SkerryError)) throw error;
      throw new SkerryError(error.code, `${pipeline.name}: ${error.message}`, {
        ...(error.hint !== undefined && { hint: error.hint }),
        cause: error,
      });
    }
  return config.pipelines.map(({ name, source }) => `${name} takes ${source.topics.join(' ')}`).join(', ');
}

async function fileCheck({ config, resolve }: LoadedConfig): Promise<string> {
  const { listen, connect } = config.mqtt;
  const named = {
    'mqtt.listen.users': listen?.users,
    'mqtt.listen.tls.cert': listen?.tls?.cert,
    'mqtt.listen.tls.key': listen?.tls?.key,
    'mqtt.connect.ca': connect?.ca,
    'trust.root': config.trust.root,
  };
  const files = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [key, file] of files)
    await access(resolve(file), constants.R_OK).catch((cause: unknown) => {
      throw new SkerryError('not-found', `${key}: ${resolve(file)} can't be read: ${reasonOf(cause)}`, {
        hint: "correct the path; it counts from agent.yaml's folder",
        cause,
      });
    });
  return files.length === 0 ? 'none named' : files.map(([key]) => key).join(', ');
}

async function releaseCheck(loaded: LoadedConfig): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'skerry-check-'));
  try {
    const found = await localReleases(loaded, createFsBlobs(scratch), [], systemClock.wallMs());
    return found.size === 0
      ? 'none'
      : [...found].map(([pipeline, r]) => `${pipeline} ${r.name}@${r.version}`).join(', ');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// One backend that works is enough; the others are told, not failed.
async function backendChecks({ config }: LoadedConfig): Promise<Check[]> {
  const names: string[] = [];
  for (const backend of inferenceBackends(config.inference.backends))
    try {
      await backend.create({ bytes: new Uint8Array(0) });
    } catch (error) {
      if (!(error instanceof SkerryError) || error.code !== 'unsupported') names.push(backend.name);
    }
  return [
    {
      what: 'inference',
      ok: names.length > 0,
      detail:
        names.length > 0
          ? `${names.join(', ')} of ${config.inference.backends.join(', ')}`
          : `none of ${config.inference.backends.join(', ')} works here`,
    },
  ];
}

async function controlPlaneCheck({ config }: LoadedConfig): Promise<Check> {
  const what = 'control plane';
  if (!config.controlPlane) return { what, ok: true, detail: 'none configured; the agent stands alone' };
  const { url } = config.controlPlane;
  const answer = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(5_000) }).catch(
    (error: unknown) => reasonOf(error),
  );
  if (typeof answer === 'string')
    return {
      what,
      ok: true,
      detail: `${url} is away (${answer}); the agent works without it and keeps trying`,
    };
  return {
    what,
    ok: answer.ok,
    detail: answer.ok ? `${url} answers` : `${url} answered ${answer.status}; is it a Skerry control plane?`,
  };
}
