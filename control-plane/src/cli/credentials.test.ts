import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chooseServer,
  credentialsFile,
  readCredentials,
  serverUrl,
  storeCredentials,
} from './credentials.ts';

const held = {
  current: 'https://one.example',
  servers: { 'https://one.example': { token: 'skt_one' }, 'https://two.example': { token: 'skt_two' } },
};

describe('which server and token a command uses', () => {
  it('is the flag, then the environment, then the login', () => {
    const env = { SKERRY_URL: 'https://two.example', SKERRY_TOKEN: 'skt_env' };
    expect(chooseServer({}, {}, held)).toEqual({ url: 'https://one.example', token: 'skt_one' });
    expect(chooseServer({}, { SKERRY_URL: env.SKERRY_URL }, held).token).toBe('skt_two');
    expect(chooseServer({}, env, held)).toEqual({ url: 'https://two.example', token: 'skt_env' });
    expect(chooseServer({ server: 'https://one.example/', token: 'skt_flag' }, env, held)).toEqual({
      url: 'https://one.example',
      token: 'skt_flag',
    });
  });

  it('never sends a stored token to another server than its own', () => {
    expect(() => chooseServer({ server: 'https://three.example' }, {}, held)).toThrow(
      /no token for https:\/\/three/,
    );
    expect(() => chooseServer({ server: 'http://one.example' }, {}, held)).toThrow(/no token/);
    expect(() => chooseServer({}, {}, { servers: {} })).toThrow(/no control plane is named/);
  });

  it('takes an address without its scheme, and a login link for its server', () => {
    expect(serverUrl('127.0.0.1:7070')).toBe('http://127.0.0.1:7070');
    expect(serverUrl('http://127.0.0.1:7070/#login=abc')).toBe('http://127.0.0.1:7070');
    expect(serverUrl('https://example.com/skerry/')).toBe('https://example.com/skerry');
    expect(() => serverUrl('ftp://example.com')).toThrow(/no server address/);
  });
});

describe('the credentials file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-login-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('can be read by its owner alone and keeps what other servers gave', async () => {
    const file = credentialsFile({ XDG_CONFIG_HOME: folder });
    expect(file).toBe(join(folder, 'skerry/credentials.json'));
    await storeCredentials(file, 'https://one.example', 'skt_one');
    await storeCredentials(file, 'https://two.example', 'skt_two');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readCredentials(file)).toEqual({ ...held, current: 'https://two.example' });
  });

  it('is empty before the first login, and refused where it is damaged', async () => {
    const file = join(folder, 'credentials.json');
    expect(await readCredentials(file)).toEqual({ servers: {} });
    await writeFile(file, '{"servers":');
    await expect(readCredentials(file)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await readFile(file, 'utf8')).toBe('{"servers":');
  });
});
