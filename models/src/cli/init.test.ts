import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { readModel } from '@skerry/proto/onnx/graph';
import { structuresOf } from '@skerry/proto/onnx/structures';
import { tinyModel } from '@skerry/proto/onnx/tiny-model';
import { encode, onnx } from '@skerry/proto/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { valueInfo } from '../graph/builder.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
const FLOAT = 1;
const STRING = 8;

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

function skerryModel(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=source', MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** A classifier as scikit-learn's exporter writes one: scores normalized, then zipped with the names of classes. */
function classifier(): Uint8Array {
  const strings = ['good', 'worn'].map((s) => new TextEncoder().encode(s));
  const maps = { mapType: { keyType: STRING, valueType: { tensorType: { elemType: FLOAT } } } };
  const ml = { domain: 'ai.onnx.ml' };
  return encode(onnx.ModelProto, {
    irVersion: 8,
    opsetImport: [{ domain: 'ai.onnx.ml', version: 1 }],
    graph: {
      name: 'classifier',
      node: [
        { ...ml, opType: 'Normalizer', input: ['x'], output: ['p'] },
        {
          ...ml,
          opType: 'ZipMap',
          input: ['p'],
          output: ['probability'],
          attribute: [{ name: 'classlabels_strings', type: 8, strings }],
        },
      ],
      input: [valueInfo('x', 'float32', ['batch', 2])],
      output: [{ name: 'probability', type: { sequenceType: { elemType: maps } } }],
    },
  });
}

test('from a file of a classifier to a release that packs, with its labels in both places', async () => {
  await writeFile(at('wear.onnx'), classifier());
  const init = await skerryModel('init', at('wear.onnx'), '--out', at('wear'));
  expect(init, init.stderr).toMatchObject({ code: 0 });
  expect(init.stdout).toContain('output "probability" is a tensor with one column a class (good, worn)');
  expect(init.stdout).toContain('edit it wherever it says SET');
  expect(await readFile(at('wear/wear.onnx'))).toEqual(await readFile(at('wear.onnx')));
  const pack = await skerryModel('pack', at('wear'), '--out', at('wear.oci'), '--json');
  expect(pack, pack.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(pack.stdout)).toMatchObject({ changes: [expect.stringContaining('good, worn')] });
  const { manifest, files } = await readReleaseDirectory(at('wear'));
  expect(manifest.output[0]!.labels).toEqual(['good', 'worn']);
  const packed = readModel(files.get('wear.onnx')!);
  expect(packed.graph.node.map((n) => n.opType)).toEqual(['Normalizer', 'Identity']);
  expect(structuresOf(packed).get('probability')).toMatchObject({ labels: ['good', 'worn'] });
});

test('nothing is overwritten unless asked for', async () => {
  await writeFile(at('m.onnx'), tinyModel());
  expect(await skerryModel('init', at('m.onnx'))).toMatchObject({ code: 0 });
  await writeFile(at('model.yaml'), 'mine');
  const again = await skerryModel('init', at('m.onnx'));
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
  expect(await readFile(at('model.yaml'), 'utf8')).toBe('mine');
  expect(await skerryModel('init', at('m.onnx'), '--force')).toMatchObject({ code: 0 });
});

test('what can’t work is refused by init and pack alike, with the reason and what to do', async () => {
  const map = { mapType: { keyType: STRING, valueType: { tensorType: { elemType: FLOAT } } } };
  const dictionary = encode(onnx.ModelProto, {
    irVersion: 8,
    opsetImport: [{ domain: 'ai.onnx.ml', version: 1 }],
    graph: {
      name: 'dictionary',
      node: [{ domain: 'ai.onnx.ml', opType: 'DictVectorizer', input: ['d'], output: ['score'] }],
      input: [{ name: 'd', type: map }],
      output: [valueInfo('score', 'float32', ['batch', 2])],
    },
  });
  await writeFile(at('m.onnx'), tinyModel());
  await skerryModel('init', at('m.onnx'));
  await writeFile(at('m.onnx'), dictionary);
  for (const args of [
    ['init', at('m.onnx'), '--force'],
    ['pack', folder, '--out', at('oci')],
  ]) {
    const refused = await skerryModel(...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('input "d" is map of string to float32');
    expect(refused.stderr).toContain('let it take the columns as a tensor');
  }
});

test('a graph that only the runtime finds fault with is refused at pack, too', async () => {
  const broken = encode(onnx.ModelProto, {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'broken',
      node: [{ opType: 'NoSuchOperator', input: ['window'], output: ['score'] }],
      input: [valueInfo('window', 'float32', ['batch', 4, 1])],
      output: [valueInfo('score', 'float32', ['batch', 1])],
    },
  });
  await writeFile(at('m.onnx'), broken);
  await skerryModel('init', at('m.onnx'));
  const refused = await skerryModel('pack', folder, '--out', at('oci'));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/variant fp32 \(m\.onnx\) can't be run: .*NoSuchOperator/);
});
