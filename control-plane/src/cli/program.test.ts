import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyModel } from '@skerry/proto/onnx/tiny-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bootstrap } from './bootstrap.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

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

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('the program skerry', () => {
  let folder: string;
  let server: ChildProcess | undefined;
  let bootstrap: Bootstrap;
  const file = (name: string): string => join(folder, name);

  /** Runs the program to its end as an operator of `folder` would. */
  function run(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
    const child = start(args, { XDG_CONFIG_HOME: file('config'), ...env });
    return ended(child);
  }

  function start(args: readonly string[], env: Record<string, string>): ChildProcess {
    const { SKERRY_URL: _, SKERRY_TOKEN: __, ...inherited } = process.env;
    return spawn(process.execPath, ['--conditions=source', MAIN, ...args], {
      env: { ...inherited, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async function serve(): Promise<void> {
    server = start(
      ['serve', '--data', file('data'), '--port', '0', '--no-build', '--bootstrap', file('boot.json')],
      {},
    );
    await new Promise<void>((resolve, reject) => {
      server!.stdout!.on('data', (chunk) => `${chunk}`.includes('The control plane is at') && resolve());
      server!.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
    });
    bootstrap = JSON.parse(await readFile(file('boot.json'), 'utf8')) as Bootstrap;
  }

  async function stop(): Promise<Outcome> {
    const done = ended(server!);
    server!.kill('SIGTERM');
    server = undefined;
    return done;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-program-'));
    await serve();
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('leaves a bootstrap file for its owner alone, with tokens that work', async () => {
    expect((await stat(file('boot.json'))).mode & 0o777).toBe(0o600);
    expect(bootstrap.enrollToken).toMatch(/^ske_[A-Za-z0-9_-]+$/);
    expect(bootstrap.loginUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#login=/);
    const me = await run(['agent', 'ls', '--json'], {
      SKERRY_URL: bootstrap.url,
      SKERRY_TOKEN: bootstrap.adminToken,
    });
    expect(me).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('goes from nothing to a release that rolls out, as the README has it', async () => {
    const env = { SKERRY_URL: bootstrap.url, SKERRY_TOKEN: bootstrap.adminToken };
    await writeFile(file('model.onnx'), tinyModel(0, { input: 'x' }));
    await writeFile(file('model.yaml'), MODEL);
    await writeFile(
      file('rollout.yaml'),
      'apiVersion: skerry/v1\nkind: Rollout\nrelease: press@1.0.0\nstages: [{ name: all, agents: 100%, soak: 10s }]\n',
    );
    const key = file('key.json');
    expect(await run(['key', 'init', '--key', key, '--no-passphrase'], env)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    const again = await run(['key', 'init', '--key', file('other.json'), '--no-passphrase'], env);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^skerry: .* has a root of trust already/),
    });
    const pushed = await run(['release', 'push', folder, '--key', key, '--json'], env);
    expect(JSON.parse(pushed.stdout)).toMatchObject({
      targetsVersion: 2,
      releases: [{ release: 'press@1.0.0', isNew: true }],
    });
    const created = await run(['rollout', 'create', '-f', file('rollout.yaml'), '--start', '--json'], env);
    expect(JSON.parse(created.stdout)).toMatchObject({
      state: { name: 'running' },
      spec: { release: 'press@1.0.0' },
    });
    const shown = await run(['rollout', 'show', JSON.parse(created.stdout).id], env);
    expect(shown.stdout).toMatch(/all +100% +10s/);
    expect(shown.stdout).toMatch(/bootstrap {2}start: started/);
  });

  it('logs in by a one-time link, and later commands need no more', async () => {
    expect((await run(['login', bootstrap.loginUrl])).stdout).toMatch(/as owner \(admin\)/);
    expect(await run(['release', 'ls'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('press@1.0.0'),
    });
    expect(await run(['login', bootstrap.loginUrl])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('used'),
    });
  });

  it('ends cleanly at SIGTERM; a start after that carries the root and ends the earlier tokens', async () => {
    const before = bootstrap;
    expect(await stop()).toMatchObject({ code: 0, stderr: '' });
    await serve();
    expect(bootstrap.enrollToken).toMatch(/^ske_[A-Za-z0-9_-]+\.[0-9a-f]{64}$/);
    const old = await run(['agent', 'ls'], { SKERRY_URL: bootstrap.url, SKERRY_TOKEN: before.adminToken });
    expect(old).toMatchObject({ code: 1, stderr: expect.stringContaining('log in again') });
  });

  it('says wrong usage with 2, and "try again later" with 21, in one plain line', async () => {
    const [unknown, missing, release, away] = await Promise.all([
      run(['nonsense']),
      run(['rollout', 'create']),
      run(['release', 'show', 'press', '--server', bootstrap.url, '--token', bootstrap.adminToken]),
      run(['agent', 'ls', '--server', 'http://127.0.0.1:1', '--token', 'x']),
    ]);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'nonsense'") });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('--file') });
    expect(release).toMatchObject({ code: 2, stderr: expect.stringContaining('write NAME@VERSION') });
    expect(away).toMatchObject({ code: 21, stdout: '' });
    expect(away.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('every command has help with an example', async () => {
    const commands = [['rollout', 'create'], ['release', 'push'], ['token', 'create'], ['serve']];
    for (const { code, stdout } of await Promise.all(commands.map((c) => run([...c, '--help'])))) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples?:\n {2}skerry /);
    }
  });
});

async function ended(child: ChildProcess): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (chunk) => (stdout += chunk));
  child.stderr!.on('data', (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
