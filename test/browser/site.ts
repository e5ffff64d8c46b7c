/** A control plane in this process with the built console, the catalogue's pump releases and an operator's key. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNodeControlPlane } from '@skerry/control-plane/node/host';
import { parseDocument } from '@skerry/proto/document';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type PackedRelease, packRelease } from '@skerry/proto/pack';
import { releaseManifest } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { parseMetadata, tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { skerry } from '@skerry/proto/wire';
import { Gateway, type GatewayOptions } from './gateway.ts';

const ROOM = join(import.meta.dirname, '../../control-plane');
const CATALOG = join(import.meta.dirname, '../../models/catalog');
export const CHANNELS = ['flow', 'suction', 'discharge', 'current', 'vibration'] as const;

export type Site = Awaited<ReturnType<typeof startSite>>;

/** Builds the console into a folder, as it is shipped. */
export function buildConsole(dir: string): void {
  execFileSync(
    process.execPath,
    [
      join(ROOM, 'node_modules/vite/bin/vite.js'),
      'build',
      join(ROOM, 'console'),
      '--outDir',
      dir,
      '--logLevel',
      'error',
    ],
    // Under the test runner's own NODE_ENV it would be another build than the one that is shipped.
    { env: { ...process.env, NODE_ENV: 'production' } },
  );
}

/** Starts it on any free port. */
export async function startSite(dataDir: string, consoleDir: string, port = 0) {
  const controlPlane = await createNodeControlPlane({ dataDir, port, consoleDir });
  const { url } = controlPlane;
  const token = await controlPlane.adminToken('olga');
  const operatorKey = new Uint8Array(randomBytes(32));
  const call = async (method: string, path: string, body?: string | Uint8Array): Promise<Response> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(typeof body === 'string' && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: body as string }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    controlPlane,
    url,
    call,
    /** Packs, uploads and signs a release of the catalogue, as `skerry release push` does. */
    async push(name: string, version: string): Promise<PackedRelease> {
      const { release, blobs } = packCatalogue(name, version);
      for (const [digest, bytes] of blobs) await call('PUT', `/api/v1/blobs/${digest}`, bytes);
      if (!(await fetch(`${url}/tuf/root.json`)).ok) {
        const { key } = (await (await call('GET', '/api/v1/tuf/online-key')).json()) as {
          key: ReturnType<typeof tufKey>;
        };
        const operatorKeys = [tufKey(nodeCrypto.publicKey(operatorKey))];
        const root = createRoot(nodeCrypto, { operatorKeys, onlineKey: key, nowMs: Date.now() });
        await call('PUT', '/api/v1/tuf/root', signMetadata(nodeCrypto, root, [operatorKey]));
      }
      const held = await fetch(`${url}/tuf/targets.json`);
      const before = held.ok
        ? parseMetadata('targets', new Uint8Array(await held.arrayBuffer())).signed
        : emptyTargets(Date.now());
      const targets = addTarget(before, {
        path: `${name}/${version}`,
        digest: release.digest,
        lengthBytes: release.manifestBytes.length,
      });
      await call(
        'PUT',
        '/api/v1/tuf/targets',
        signTargets(nodeCrypto, targets, { nowMs: Date.now(), privateKeys: [operatorKey] }),
      );
      return release;
    },
    /** Creates a rollout from its text and returns its id. */
    async rollout(yaml: string): Promise<string> {
      return ((await (await call('POST', '/api/v1/rollouts', yaml)).json()) as { id: string }).id;
    },
    /** An enrolled gateway that has synced once. */
    async gateway(options: Pick<GatewayOptions, 'id' | 'labels' | 'pipelines'>): Promise<Gateway> {
      const body = JSON.stringify({ kind: 'enrol', uses: 1 });
      const made = (await (await call('POST', '/api/v1/tokens', body)).json()) as { token: string };
      const gateway = new Gateway({ ...options, url, enrolToken: made.token });
      await gateway.join();
      return gateway;
    },
  };
}

function packCatalogue(name: string, version: string): ReturnType<typeof packRelease> {
  const folder = join(CATALOG, name, version);
  const files = new Map(
    readdirSync(folder)
      .filter((file) => file !== 'CARD.md')
      .map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))]),
  );
  const text = readFileSync(join(folder, 'model.yaml'), 'utf8');
  return packRelease(nodeCrypto, parseDocument(text, releaseManifest, { file: 'model.yaml' }), files);
}

/** A pipeline that wants the pump releases and serves one already. */
export function pumpPipeline(release?: PackedRelease): skerry.v1.IReportedPipeline {
  return {
    name: 'pumps',
    wants: 'pump-anomaly',
    channels: [...CHANNELS],
    windows: 5_400,
    latencyP95Us: 412,
    ...(release && {
      release: `${release.name}@${release.version}`,
      releaseDigest: release.digest,
      variant: 'int8',
      backend: 'native',
      state: skerry.v1.SlotState.SLOT_STATE_ACTIVE,
      golden: [{ variant: 'int8', backend: 'native', passed: true, detail: '', inferUs: 184 }],
    }),
  };
}

export interface WindowOptions {
  device: string;
  release: PackedRelease;
  fromMs: number;
  score: number;
  decision: ResultRow['decision'];
  /** Shares by channel; the rest is spread evenly. */
  shares?: Partial<Record<(typeof CHANNELS)[number], number>>;
}

/** One result of the pump model: a window of 16 s. */
export function pumpWindow(options: WindowOptions): ResultRow {
  const given = Object.values(options.shares ?? {}).reduce((a, b) => a + b, 0);
  const rest = (1 - given) / (CHANNELS.length - Object.keys(options.shares ?? {}).length || 1);
  return {
    pipeline: 'pumps',
    device: options.device,
    release: `${options.release.name}@${options.release.version}`,
    releaseDigest: options.release.digest,
    variant: 'int8',
    backend: 'native',
    fromUs: options.fromMs * 1_000,
    toUs: (options.fromMs + 16_000) * 1_000,
    decision: options.decision,
    outputs: { score: options.score },
    attribution: CHANNELS.map((channel) => ({ channel, share: options.shares?.[channel] ?? rest })),
    quality: { missing: 0, interpolated: 1, late: 0 },
    inputDigest: new Uint8Array(randomBytes(16)),
    policy: 0,
    inferUs: 380 + Math.round(60 * options.score),
    producedMs: Date.now(),
  };
}

/** The event that opens or clears an alert episode on a window. */
export function pumpAlert(
  row: ResultRow,
  episode: string,
  state: 'open' | 'cleared',
  wallMs = Date.now(),
): skerry.v1.IAlertRecord {
  return {
    episode,
    state:
      state === 'open'
        ? skerry.v1.EpisodeState.EPISODE_STATE_OPEN
        : skerry.v1.EpisodeState.EPISODE_STATE_CLEARED,
    kind: 'anomaly',
    pipeline: row.pipeline,
    device: row.device,
    release: row.release,
    releaseDigest: row.releaseDigest,
    fromUs: row.fromUs,
    toUs: row.toUs,
    output: 'score',
    value: row.outputs.score as number,
    threshold: 1,
    attribution: row.attribution,
    message: messageOf(row, state),
    wallMs,
  };
}

/** As the agent words it. */
function messageOf(row: ResultRow, state: 'open' | 'cleared'): string {
  const score = Number((row.outputs.score as number).toPrecision(4));
  if (state === 'cleared') return `${row.device}: score ${score}, no longer above 1 for 3 windows in a row`;
  const top = [...row.attribution].sort((a, b) => b.share - a.share)[0]!;
  return `${row.device}: score ${score} above 1 for 3 windows in a row; ${top.channel} ${Math.round(100 * top.share)}%`;
}
