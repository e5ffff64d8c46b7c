import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { createProgram } from '@skerry/proto/node/program';
import { tinyModel } from '@skerry/proto/onnx/tiny-model';
import { parseKeyFile } from '@skerry/proto/tuf/keys';
import { parseMetadata, type RootSigned } from '@skerry/proto/tuf/metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeControlPlane, type NodeControlPlane } from '../node/host.ts';
import { type Client, createClient } from './client.ts';
import { addKeyCommands } from './key.ts';
import { addReleaseCommands } from './release.ts';
import { verifyRelease } from './release-verify.ts';
import { addGlobalOptions } from './session.ts';
import { fetchRoots, fetchTargets } from './trust.ts';

const MODEL = `
apiVersion: skerry/v1
kind: Release
name: press
version: 1.0.0
window: { channels: [{ name: value }], rate: 1Hz, length: 4 }
input: { tensor: x }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 0.5 }]
variants: [{ name: fp32, file: model.onnx, precision: fp32 }]
`;

describe('operators’ keys', () => {
  let folder: string;
  let plane: NodeControlPlane;
  let client: Client;
  const file = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-key-'));
    plane = await createNodeControlPlane({ dataDir: file('data'), port: 0, log: () => undefined });
    client = createClient({ url: plane.url, token: await plane.adminToken() });
    await mkdir(file('press'));
    await writeFile(file('press/model.yaml'), MODEL);
    await writeFile(file('press/model.onnx'), tinyModel(0, { input: 'x' }));
  });
  afterEach(async () => {
    await plane.close();
    await rm(folder, { recursive: true });
  });

  /** Runs a command as the operator would; what it prints is for people and isn't looked at. */
  async function skerry(...args: string[]): Promise<void> {
    const program = createProgram('skerry', '');
    addGlobalOptions(program);
    addKeyCommands(program);
    addReleaseCommands(program);
    await program.parseAsync([...args, '--server', plane.url, '--token', client.token], { from: 'user' });
  }

  async function root(): Promise<RootSigned> {
    return parseMetadata('root', (await fetchRoots(client)).at(-1)!).signed;
  }

  async function keyid(name: string): Promise<string> {
    return parseKeyFile(await readFile(file(name), 'utf8')).keyid;
  }

  const init = (...more: string[]): Promise<void> =>
    skerry('key', 'init', '--no-passphrase', '--key', file('a.json'), ...more);
  const push = (...more: string[]): Promise<void> => skerry('release', 'push', file('press'), ...more);

  it('a new key takes over from the old one, which may sign nothing from then on', async () => {
    await init();
    await push('--key', file('a.json'));
    await skerry('key', 'new', '--no-passphrase', '--key', file('b.json'));
    const old = await keyid('a.json');
    await skerry(
      ...['key', 'rotate', '--key', file('a.json'), '--key', file('b.json')],
      ...['--add', file('b.json.pub'), '--remove', old.slice(0, 8)],
    );
    expect((await root()).roles.targets.keyids).toEqual([await keyid('b.json')]);
    expect(await verifyRelease(nodeCrypto, client, 'press', '1.0.0')).toMatchObject({ targetsVersion: 3 });
    const yank = ['release', 'yank', 'press@1.0.0'];
    await expect(skerry(...yank, '--key', file('a.json'))).rejects.toThrow(/may not sign releases/);
    await skerry(...yank, '--key', file('b.json'));
    expect((await fetchTargets(client)).targets.targets).toEqual({});
  });

  it('a thief of one key of three can neither sign releases nor hand trust over', async () => {
    await init('--key', file('b.json'), '--key', file('c.json'), '--threshold', '2');
    await expect(push('--key', file('a.json'))).rejects.toMatchObject({
      code: 'precondition',
      message: '2 keys must sign, and 1 did',
    });
    await expect(skerry('key', 'rotate', '--key', file('a.json'), '--threshold', '1')).rejects.toThrow(
      /root: 1 of 2 by the present keys/,
    );
    await push('--key', file('a.json'), '--key', file('c.json'));
    expect(await verifyRelease(nodeCrypto, client, 'press', '1.0.0')).toMatchObject({ targetsVersion: 2 });
  });

  it('two holders sign one after the other, each at home', async () => {
    await skerry('key', 'new', '--no-passphrase', '--key', file('b.json'));
    await init('--add', file('b.json.pub'));
    await skerry('key', 'rotate', '--key', file('a.json'), '--threshold', '2', '--out', file('root.json'));
    expect((await root()).version).toBe(1);
    await skerry('key', 'sign', file('root.json'));
    expect((await root()).version).toBe(1);
    const sign = (): Promise<void> => skerry('key', 'sign', file('root.json'), '--key', file('b.json'));
    // Anyone can write a root that names her key: which one is the right one she hears from the other holder.
    await expect(sign()).rejects.toThrow(/shows another root of trust/);
    const { rootDigest } = await fetchTargets(client);
    await skerry('key', 'pin', '--key', file('b.json'), '--root', rootDigest);
    await sign();
    expect((await root()).roles).toMatchObject({ root: { threshold: 2 }, targets: { threshold: 2 } });
    expect(existsSync(file('root.json'))).toBe(false);
    await push('--key', file('a.json'), '--out', file('list.json'));
    expect((await fetchTargets(client)).targets.targets).toEqual({});
    await skerry('key', 'sign', file('list.json'), '--key', file('b.json'));
    expect(Object.keys((await fetchTargets(client)).targets.targets)).toEqual(['press/1.0.0']);
  });

  it('what waits for signatures is refused once somebody else has signed the next version', async () => {
    await init('--key', file('b.json'), '--threshold', '2');
    await push('--key', file('a.json'), '--out', file('list.json'));
    await push('--key', file('a.json'), '--key', file('b.json'));
    await expect(skerry('key', 'sign', file('list.json'), '--key', file('b.json'))).rejects.toMatchObject({
      code: 'conflict',
      message: 'it holds list 2, and 3 is next',
    });
  });

  it('the server gets a new key of its own, and goes on signing with it', async () => {
    await init();
    const [stolen] = (await root()).roles.timestamp.keyids;
    await skerry('key', 'rotate', '--key', file('a.json'), '--online');
    const { timestamp, snapshot } = (await root()).roles;
    expect(timestamp.keyids).not.toContain(stolen);
    expect(snapshot.keyids).toEqual(timestamp.keyids);
    const offered = await (await client.send('GET', 'tuf/timestamp.json')).arrayBuffer();
    const { signatures } = parseMetadata('timestamp', new Uint8Array(offered));
    expect(signatures.map((s) => s.keyid)).toEqual(timestamp.keyids);
    const { keyid } = await client.json<{ keyid: string }>('GET', 'api/v1/tuf/online-key');
    expect(timestamp.keyids).toEqual([keyid]);
  });

  it('refuses a key that no root names, one given twice, and fewer keys than must sign', async () => {
    await init();
    await skerry('key', 'new', '--no-passphrase', '--key', file('stranger.json'));
    await expect(
      skerry('key', 'rotate', '--key', file('a.json'), '--key', file('stranger.json')),
    ).rejects.toThrow(/neither the present root nor the next one names/);
    await expect(push('--key', file('a.json'), '--key', file('a.json'))).rejects.toThrow(/given already/);
    await expect(skerry('key', 'rotate', '--key', file('a.json'), '--threshold', '2')).rejects.toThrow(
      "1 operator keys can't give 2 signatures",
    );
    expect((await root()).version).toBe(1);
  });
});
