import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64Url, utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { decode, v1 } from '@skerry/proto/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createNodeControlPlane, type NodeControlPlane } from './host.ts';
import { OPERATOR_SEED, packTestRelease, SimAgent, testRow } from './testing.ts';

let dataDir: string;
let running: NodeControlPlane[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skerry-cp-'));
  running = [];
});

afterEach(async () => {
  for (const host of running) await host.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(
  options: { shards?: number; port?: number; dir?: string } = {},
): Promise<NodeControlPlane> {
  const { dir = dataDir, ...rest } = options;
  const host = await createNodeControlPlane({ dataDir: dir, port: 0, log: () => undefined, ...rest });
  running.push(host);
  return host;
}

async function stop(host: NodeControlPlane): Promise<void> {
  running.splice(running.indexOf(host), 1);
  await host.close();
}

const SEED = new Uint8Array(32).fill(5);

async function accessToken(host: NodeControlPlane, agent: string, jti: string): Promise<string> {
  const audience = `${host.url}/agent/v1/token`;
  const nowS = Math.floor(Date.now() / 1000);
  const claims = { iss: agent, sub: agent, aud: audience, jti, iat: nowS, exp: nowS + 55 };
  const input = [{ alg: 'EdDSA' }, claims].map((part) => toBase64Url(utf8(JSON.stringify(part)))).join('.');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${toBase64Url(nodeCrypto.sign(SEED, utf8(input)))}`,
  });
  const response = await fetch(audience, { method: 'POST', body });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** An enrolled agent that speaks real HTTP. */
async function enrolled(
  host: NodeControlPlane,
  id: string,
): Promise<{ agent: SimAgent; token: string; sync(): Promise<void> }> {
  const { secret } = await host.fleet.createEnrolToken('t', {
    name: 'e',
    labels: {},
    uses: 1,
    autoApprove: true,
    expiresMs: Date.now() + 60_000,
  });
  await fetch(`${host.url}/agent/v1/enroll`, {
    method: 'POST',
    body: JSON.stringify({ agent: id, token: secret, publicKey: toBase64Url(nodeCrypto.publicKey(SEED)) }),
  });
  const token = await accessToken(host, id, 'first');
  const agent = new SimAgent(id, {}, { nowMs: Date.now() }, () => new Uint8Array(), {});
  return { agent, token, sync: () => syncOver(host, agent, token) };
}

async function syncOver(host: NodeControlPlane, agent: SimAgent, token: string): Promise<void> {
  const response = await fetch(`${host.url}/agent/v1/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${token}` },
    body: agent.request() as Uint8Array<ArrayBuffer>,
  });
  expect(response.status).toBe(200);
  agent.take(decode(v1.SyncResponse, new Uint8Array(await response.arrayBuffer())));
}

async function pushRelease(host: NodeControlPlane): Promise<void> {
  const nowMs = Date.now();
  const { key } = await host.fleet.onlineKey();
  const root = createRoot(nodeCrypto, {
    operatorKeys: [tufKey(nodeCrypto.publicKey(OPERATOR_SEED))],
    onlineKey: key,
    nowMs,
  });
  await host.fleet.putRoot('ola', signMetadata(nodeCrypto, root, [OPERATOR_SEED]));
  const { release, blobs } = packTestRelease('press', '1.0.0');
  const token = await host.adminToken();
  const put = (path: string, bytes: Uint8Array): Promise<Response> =>
    fetch(`${host.url}/api/v1/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: bytes as Uint8Array<ArrayBuffer>,
    });
  for (const [digest, bytes] of blobs) expect((await put(`blobs/${digest}`, bytes)).status).toBe(201);
  const lengthBytes = release.manifestBytes.length;
  const targets = addTarget(emptyTargets(nowMs), {
    path: 'press/1.0.0',
    digest: release.digest,
    lengthBytes,
  });
  const signed = signTargets(nodeCrypto, targets, { nowMs, privateKeys: [OPERATOR_SEED] });
  expect((await put('tuf/targets', signed)).status).toBe(200);
}

test('[ND1] what was acknowledged is there after a restart, and a result sent again counts once', async () => {
  const first = await start({ shards: 2 });
  const { agent, sync } = await enrolled(first, 'gw1');
  agent.produce([testRow(0), testRow(4)]);
  const resent = agent.blocks;
  await sync();
  const instance = await first.fleet.instance();
  await stop(first);
  const second = await start({ shards: 2 });
  expect(await second.fleet.instance()).toBe(instance);
  agent.blocks = resent;
  await syncOver(second, agent, await accessToken(second, 'gw1', 'second'));
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  expect(metrics).toContain('skerry_control_results_ingested_total 2');
  expect(agent.blocks).toEqual([]);
});

test('[ND2] a port or a folder in use, and another number of shards, are plain errors', async () => {
  const host = await start();
  const port = Number(new URL(host.url).port);
  const other = await mkdtemp(join(tmpdir(), 'skerry-cp-'));
  try {
    await expect(start({ port, dir: other })).rejects.toMatchObject({ code: 'conflict', hint: /--port/ });
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      message: /another control plane is using/,
    });
    await stop(host);
    await expect(start({ shards: 3 })).rejects.toMatchObject({ code: 'invalid', hint: /--shards 1/ });
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

test('[ND3] a policy push wakes the connected agent; a socket without a good token is refused', async () => {
  const host = await start();
  const { token } = await enrolled(host, 'gw1');
  const url = `${host.url.replace('http', 'ws')}/agent/v1/wake`;
  const socket = new WebSocket(url, ['skerry.v1', `bearer.${token}`]);
  await new Promise((resolve) => socket.once('open', resolve));
  expect(socket.protocol).toBe('skerry.v1');
  const woken = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  const admin = await host.adminToken();
  await fetch(`${host.url}/api/v1/policies`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}` },
    body: 'apiVersion: skerry/v1\nkind: DriftPolicy\nname: p\nrelease: press',
  });
  expect(await woken).toBe('wake');
  socket.close();
  const intruder = new WebSocket(url, ['skerry.v1', 'bearer.nonsense']);
  const refused = await new Promise((resolve) => intruder.once('error', (error) => resolve(error.message)));
  expect(refused).toContain('401');
});

test('[ND4] a rollout goes on by the alarm alone, and the console hears of it', async () => {
  const host = await start();
  await pushRelease(host);
  const { agent, sync } = await enrolled(host, 'gw1');
  await sync();
  const { id } = await host.fleet.createRollout(
    'ola',
    'apiVersion: skerry/v1\nkind: Rollout\nrelease: press@1.0.0\nstages: [{ name: all, agents: 100%, soak: 300ms }]',
  );
  await host.fleet.operateRollout('ola', id, 'start');
  await host.coordinator.drive();
  await sync();
  expect(agent.wanted()).toBe('press@1.0.0');
  agent.apply();
  const events = await fetch(`${host.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${await host.adminToken()}` },
  });
  const reader = events.body!.getReader();
  await sync();
  while ((await host.fleet.rollout(id)).status !== 'completed') await reader.read();
  await reader.cancel();
  expect((await host.fleet.decisions(id)).map((d) => d.rule)).toEqual([
    'start',
    'frozen',
    'reached',
    'soaked',
    'gates passed',
  ]);
});

test('[ND5] a console file is served where it is built, and nothing outside its folder', async () => {
  const host = await start();
  expect((await fetch(`${host.url}/nothing-here`)).status).toBe(404);
  expect((await host.fetch(new Request(`${host.url}/..%2f..%2fpackage.json`))).status).toBe(404);
  expect((await fetch(`${host.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${host.url}/readyz`)).json()).toMatchObject({ status: 'ready' });
});

test('[ND6] what was acknowledged survives kill -9, and the folder opens again', async () => {
  const host = await start();
  const { agent, sync } = await enrolled(host, 'gw1');
  await sync();
  await stop(host);
  const program = `
    const { createNodeControlPlane } = await import(${JSON.stringify(new URL('./host.ts', import.meta.url).href)});
    const host = await createNodeControlPlane({ dataDir: ${JSON.stringify(dataDir)}, port: 0 });
    process.stdout.write(host.url);
  `;
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data))),
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  agent.produce([testRow(0), testRow(4), testRow(8)]);
  const remote = { url } as NodeControlPlane;
  await syncOver(remote, agent, await accessToken(remote, 'gw1', 'again'));
  child.kill('SIGKILL');
  await ended;
  expect(agent.blocks).toEqual([]);
  const back = await start();
  const [counts] = await Promise.all(back.shards.map((shard) => shard.counts()));
  expect(counts?.counters.results_ingested).toBe(3);
});
