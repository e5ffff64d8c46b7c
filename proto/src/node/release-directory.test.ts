import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyModel } from '../onnx/tiny-model.ts';
import { readReleaseDirectory } from './release-directory.ts';

const MODEL = `apiVersion: skerry/v1
kind: Release
name: tiny
version: 1.0.0
window: { channels: [{ name: a }], rate: any, length: 4 }
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 1 }]
variants: [{ name: fp32, file: fp32.onnx, precision: fp32 }]
`;

describe('a release on disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'skerry-release-'));
    await writeFile(join(directory, 'model.yaml'), MODEL);
    await writeFile(join(directory, 'fp32.onnx'), tinyModel());
    await writeFile(join(directory, 'CARD.md'), 'about it');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is its manifest and the files that the manifest names, and nothing else', async () => {
    const { manifest, files } = await readReleaseDirectory(directory);
    expect(manifest.name).toBe('tiny');
    expect([...files.keys()]).toEqual(['model.yaml', 'fp32.onnx']);
    expect(files.get('fp32.onnx')).toEqual(new Uint8Array(tinyModel()));
  });

  it('has its models checked against the manifest, with everything that is wrong at once', async () => {
    await writeFile(join(directory, 'fp32.onnx'), tinyModel(0, { input: 'x', output: 'y', rank: 2 }));
    await expect(readReleaseDirectory(directory)).rejects.toMatchObject({
      code: 'invalid',
      message: [
        "the models don't fit:",
        'fp32.onnx: the model also wants "x": name it under input (window, state, value or from: device)',
        'fp32.onnx: the model has no input "window"; it has x: float32 [batch, a]',
        'fp32.onnx: the model has no output "score"; it has y: float32 [batch]',
      ].join('\n  '),
    });
    await writeFile(join(directory, 'fp32.onnx'), tinyModel(0, { rank: 2 }));
    await expect(readReleaseDirectory(directory)).rejects.toThrow(
      'input "window" has the dimensions [batch, a], and its layout [batch, time, channel]',
    );
  });

  it('names the file that is missing, and what to do', async () => {
    await rm(join(directory, 'fp32.onnx'));
    await expect(readReleaseDirectory(directory)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('fp32.onnx is missing'),
      hint: expect.stringContaining('model.yaml names it'),
    });
    await expect(readReleaseDirectory(join(directory, 'elsewhere'))).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('refuses a wrong manifest by line, and one that is no text', async () => {
    await writeFile(join(directory, 'model.yaml'), MODEL.replace('1.0.0', 'one'));
    await expect(readReleaseDirectory(directory)).rejects.toThrow(/line 4: version/);
    await writeFile(join(directory, 'model.yaml'), Uint8Array.of(0xff, 0xfe, 0x00));
    await expect(readReleaseDirectory(directory)).rejects.toThrow(/no UTF-8 text/);
  });
});
