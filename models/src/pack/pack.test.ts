import { utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { parseDocument } from '@skerry/proto/document';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readPackedRelease } from '@skerry/proto/pack';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { release } from './assemble.ts';
import { ociLayout } from './oci.ts';
import { toYaml } from './yaml.ts';

const DOCUMENT = {
  apiVersion: 'skerry/v1',
  kind: 'Release',
  name: 'tiny',
  version: '1.0.0',
  window: { channels: [{ name: 'a' }], rate: '1/5m', length: 4 },
  input: { tensor: 'window' },
  output: [{ name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1 }],
  variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
};

describe('generated YAML', () => {
  it('reads back as what was written, whatever strings look like', () => {
    const document = {
      plain: 'word',
      tricky: [
        'true',
        'No',
        '1.0',
        '1e3',
        'a: b',
        '# no comment',
        '',
        ' led',
        '2Hz',
        'sha256:00',
        '"',
        'Größe',
        'x ',
      ],
      numbers: [0, -1.5, 1e-12, 1e21],
      nested: { list: [{ deep: { deeper: [1, { end: true }] } }], nothing: {}, none: null },
      rows: [{ a: 1 }, { b: [2] }],
    };
    expect(parseDocument(toYaml({ ...document, left: undefined }), z.unknown(), { file: 'test' })).toEqual(
      document,
    );
  });

  it('refuses numbers that have no form', () => {
    expect(() => toYaml({ x: Number.NaN })).toThrow(/no YAML form/);
  });
});

describe('a packed release', () => {
  const { manifest, files } = release(DOCUMENT, [['fp32.onnx', Uint8Array.of(1, 2, 3)]]);

  it('is an OCI image layout in which every blob lies under its own digest', () => {
    const { digest, layout } = ociLayout(nodeCrypto, manifest, files);
    const text = (path: string): unknown => JSON.parse(new TextDecoder().decode(layout.get(path)));
    expect(text('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(text('index.json')).toMatchObject({ manifests: [{ digest }] });
    const blobs = [...layout].filter(([path]) => path.startsWith('blobs/'));
    for (const [path, bytes] of blobs)
      expect(`blobs/${digestOf(nodeCrypto, bytes).replace(':', '/')}`).toBe(path);
    const packed = readPackedRelease(nodeCrypto, layout.get(`blobs/${digest.replace(':', '/')}`)!);
    for (const { digest: named } of packed.files.values())
      expect(layout.has(`blobs/${named.replace(':', '/')}`)).toBe(true);
  });

  it('has one digest for the same files, and another for any other byte', () => {
    const { digest } = ociLayout(nodeCrypto, manifest, files);
    expect(ociLayout(nodeCrypto, manifest, new Map(files)).digest).toBe(digest);
    const altered = new Map(files).set('fp32.onnx', Uint8Array.of(1, 2, 4));
    expect(ociLayout(nodeCrypto, manifest, altered).digest).not.toBe(digest);
    const described = new Map(files).set('model.yaml', utf8(`${toYaml(DOCUMENT)}\n`));
    expect(ociLayout(nodeCrypto, manifest, described).digest).not.toBe(digest);
  });

  it('is refused where an agent would refuse its manifest', () => {
    expect(() => release({ ...DOCUMENT, version: 'one' }, [])).toThrow(/version/);
  });
});
