import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { healthyRecording } from '@skerry/firmware-sim/machines/recording';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { createKeyFile } from '@skerry/proto/node/key-file';
import { tufKey } from '@skerry/proto/tuf/metadata';
import { createRoot, signMetadata } from '@skerry/proto/tuf/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function skerryModel(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=source', MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('skerry-model', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-model-'));
    const { channels, timesUs, rows } = healthyRecording('pump', { seed: 5, hours: 0.5, rateHz: 2 });
    const lines = [...timesUs].map((us, i) => {
      const values = rows.subarray(i * channels.length, (i + 1) * channels.length);
      return `${us / 1e6},${[...values].join(',')},${i > 3_000 ? 1 : 0}`;
    });
    const header = `time,${channels.map((c) => c.name).join(',')},label`;
    await writeFile(at('pump.csv'), `${header}\n${lines.join('\n')}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('fits, evaluates, packs, signs and verifies a release', async () => {
    const names = 'flow,suction,discharge,current,vibration';
    const fit = await skerryModel(
      'fit',
      at('pump.csv'),
      '--channels',
      names,
      '--out',
      at('release'),
      '--json',
    );
    expect(fit, fit.stderr).toMatchObject({ code: 0 });
    const { release, digest, rate } = JSON.parse(fit.stdout) as Record<string, string>;
    expect([release, rate]).toEqual(['pump@1.0.0', '2Hz']);
    const figures = await skerryModel(
      'eval',
      at('release'),
      '--data',
      at('pump.csv'),
      '--labels',
      'label',
      '--json',
    );
    expect(JSON.parse(figures.stdout)).toMatchObject({
      variants: [{ variant: 'int8' }, { variant: 'fp32' }],
    });
    const packed = await skerryModel('pack', at('release'), '--out', at('oci'), '--json');
    expect(JSON.parse(packed.stdout)).toMatchObject({ digest });
    await readFile(join(at('oci'), 'blobs', digest!.replace(':', '/')));

    const { text, key } = createKeyFile();
    await writeFile(at('operator.key'), text);
    const online = createKeyFile().key;
    const root = createRoot(nodeCrypto, {
      operatorKeys: [key.key],
      onlineKey: tufKey(nodeCrypto.publicKey(online.privateKey)),
      nowMs: Date.now(),
    });
    await writeFile(at('root.json'), signMetadata(nodeCrypto, root, [key.privateKey]));
    const unsigned = await skerryModel('verify', at('release'), '--root', at('root.json'));
    expect(unsigned).toMatchObject({ code: 1, stderr: expect.stringContaining('not signed') });
    const signed = await skerryModel('sign', at('release'), '--key', at('operator.key'));
    expect(signed, signed.stderr).toMatchObject({ code: 0 });
    const verified = await skerryModel('verify', at('release'), '--root', at('root.json'), '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject({
      digest,
      signed: true,
      golden: [{ variant: 'int8' }, {}],
    });
  });

  it('rewrites golden vectors, drift reference and int8 model of a release from data', async () => {
    const names = 'flow,vibration';
    await skerryModel('fit', at('pump.csv'), '--channels', names, '--out', at('other'), '--name', 'other');
    for (const command of ['golden', 'profile']) {
      const done = await skerryModel(command, at('other'), '--data', at('pump.csv'));
      expect(done, done.stderr).toMatchObject({ code: 0 });
    }
    const out = at('again.onnx');
    const done = await skerryModel('quantize', at('other'), '--data', at('pump.csv'), '--out', out, '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ nodes: 2 });
    expect((await readFile(out)).length).toBeGreaterThan(1_000);
  });

  it('prints every drift measure for each column that both recordings have', async () => {
    const drift = await skerryModel(
      'drift',
      '--reference',
      at('pump.csv'),
      '--current',
      at('pump.csv'),
      '--json',
    );
    const { columns } = JSON.parse(drift.stdout) as { columns: Record<string, Record<string, number>> };
    expect(Object.keys(columns)).toEqual(['flow', 'suction', 'discharge', 'current', 'vibration', 'label']);
    expect(Object.keys(columns.flow!)).toEqual(
      'psi psiExcess kl js hellinger ks ksP wasserstein energy mannWhitneyU mannWhitneyP'.split(' '),
    );
    expect(columns.flow).toMatchObject({ psi: 0, ks: 0, ksP: 1, wasserstein: 0 });
  });

  it('fails in one plain line, and says 2 for wrong usage', async () => {
    const missing = await skerryModel('fit', at('nowhere.csv'), '--out', at('x'));
    expect(missing.code).toBe(1);
    expect(missing.stderr.trim().split('\n')).toEqual([expect.stringContaining('nowhere.csv is not there')]);
    const wrong = await skerryModel('fit', at('pump.csv'), '--channels', 'flow,pressure', '--out', at('x'));
    expect(wrong.stderr).toContain('the numeric columns are flow, suction');
    expect((await skerryModel('fit', at('pump.csv'))).code).toBe(2);
    expect((await skerryModel('nonsense')).code).toBe(2);
  });
});
