import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { sameBytes } from '@skerry/proto/bytes';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { describe, expect, it } from 'vitest';
import { checkGolden } from '../golden/golden.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { buildUnivariateRelease } from './univariate.ts';

describe('univariate-anomaly', () => {
  it('is rebuilt byte by byte, golden vectors apart, which any backend passes', async () => {
    const backend = createOrtNodeBackend();
    const { manifest, files } = await buildUnivariateRelease(backend);
    const stored = await readReleaseDirectory(catalogueDirectory(manifest.name, manifest.version));
    expect(stored.manifest).toEqual(manifest);
    expect(sameBytes(stored.files.get('fp32.onnx')!, files.get('fp32.onnx')!)).toBe(true);
    const session = await backend.create({ bytes: stored.files.get('fp32.onnx')! });
    const report = await checkGolden(session, manifest, stored.files.get('golden.pb')!);
    await session.release();
    expect(report).toEqual({ cases: 20, refusals: [] });
  });
});
