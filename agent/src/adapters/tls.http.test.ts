// What a certificate may be wrong about, and what the agent then says. The certificates are made by `openssl`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encode, v1 } from '@skerry/proto/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Attempt, attemptSync } from '../sync/attempt.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { systemClock, systemTimers } from './system-clock.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'skerry-tls-'));
const trusted = getCACertificates('default');
const servers: Server[] = [];

const file = (name: string): string => join(folder, name);
const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
};

/** An authority of our own, with the files that `openssl ca` keeps, since only that sets both dates. */
function makeAuthority(): void {
  writeFileSync(file('index.txt'), '');
  writeFileSync(
    file('ca.cnf'),
    `[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\nunique_subject = no\n` +
      `default_md = sha256\npolicy = any\ncopy_extensions = copy\n[any]\ncommonName = supplied\n`,
  );
  openssl('req', '-x509', ...key('ca'), '-out', 'ca.pem', '-subj', '/CN=own authority', '-days', '3650');
}

function key(name: string): string[] {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  return [...kind, '-nodes', '-keyout', `${name}.key`];
}

/** A certificate for `host` (`IP:…` or `DNS:…`), good between two times (`YYYYMMDDHHMMSSZ`). */
function certificate(host: string, from: string, to: string): { key: Buffer; cert: Buffer } {
  openssl(
    'req',
    ...key('leaf'),
    '-out',
    'leaf.csr',
    '-subj',
    '/CN=leaf',
    '-addext',
    `subjectAltName=${host}`,
  );
  const dates = ['-startdate', from, '-enddate', to];
  const authority = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key'];
  openssl('ca', '-batch', '-notext', ...authority, ...dates, '-in', 'leaf.csr', '-out', 'leaf.pem');
  return { key: readFileSync(file('leaf.key')), cert: readFileSync(file('leaf.pem')) };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

let served = 0;
const respond: RequestListener = (_, response) => {
  served++;
  response.setHeader('content-type', 'application/x-protobuf');
  response.end(encode(v1.SyncResponse, { instance: 'i1' }));
};

const serveTls = (pair: { key: Buffer; cert: Buffer }): Promise<number> => listen(createHttps(pair, respond));

function attempt(url: string, wallMs = systemClock.wallMs): Promise<Attempt> {
  const transport = createFetchTransport({ wallMs });
  return attemptSync(
    {
      http: { transport, timers: systemTimers, timeoutMs: 20_000 },
      crypto: nodeCrypto,
      clock: systemClock,
      identity: { accessToken: async () => 't1', forgetToken: () => undefined },
      url,
      maxResponseBytes: 100_000,
    },
    new Uint8Array(10),
  );
}

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

describe.skipIf(!hasOpenssl)('a certificate', () => {
  const LOCAL = 'IP:127.0.0.1';
  const past = '20200101000000Z';
  const future = '20900101000000Z';

  beforeAll(() => makeAuthority());
  afterEach(() => setDefaultCACertificates(trusted));

  const trustOwn = (): void => setDefaultCACertificates([...trusted, readFileSync(file('ca.pem'), 'utf8')]);

  test('of an authority that is trusted, for this host and time, is taken', async () => {
    trustOwn();
    const port = await serveTls(certificate(LOCAL, past, future));
    expect(await attempt(`https://127.0.0.1:${port}`)).toMatchObject({ outcome: 'ok' });
  });

  beforeEach(() => {
    served = 0;
  });

  test.each<[string, () => { key: Buffer; cert: Buffer }, string]>([
    ['that has expired', () => certificate(LOCAL, past, '20210101000000Z'), 'has expired'],
    ['for another host', () => certificate('DNS:other.example', past, future), 'for another host name'],
    ['that is not valid yet', () => certificate(LOCAL, future, '20910101000000Z'), 'not valid yet'],
  ])('%s is refused by name, and nothing was sent', async (_, make, why) => {
    trustOwn();
    const port = await serveTls(make());
    expect(await attempt(`https://127.0.0.1:${port}`)).toMatchObject({
      outcome: 'unreachable',
      detail: expect.stringContaining(why),
    });
    expect(served).toBe(0);
  });

  test('of an unknown authority is refused, and says how to make it known', async () => {
    const port = await serveTls(certificate(LOCAL, past, future));
    expect(await attempt(`https://127.0.0.1:${port}`)).toMatchObject({
      outcome: 'unreachable',
      detail: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  test("on an agent without a clock says what this machine's clock says", async () => {
    trustOwn();
    const port = await serveTls(certificate(LOCAL, future, '20910101000000Z'));
    const met = await attempt(`https://127.0.0.1:${port}`, () => 0);
    expect(met).toMatchObject({ detail: expect.stringContaining('clock says 1970-01-01') });
  });

  test('matters not where http is spoken to a port of https: the connection ends, and says so', async () => {
    const port = await serveTls(certificate(LOCAL, past, future));
    expect(await attempt(`http://127.0.0.1:${port}`)).toMatchObject({
      outcome: 'unreachable',
      detail: expect.stringContaining('https://'),
    });
  });
});

test('https spoken to a port of http is unreachable, and says so', async () => {
  const port = await listen(createHttp((_, response) => response.end()));
  expect(await attempt(`https://127.0.0.1:${port}`)).toMatchObject({
    outcome: 'unreachable',
    detail: expect.stringContaining('speaks no TLS'),
  });
});

afterAll(() => rmSync(folder, { recursive: true }));
