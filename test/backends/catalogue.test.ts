// Native, WebAssembly and WebGPU answer alike, within each release's own tolerance, for every model of the catalogue:
// on its golden vectors, and on inputs that nobody has chosen tolerances for. Without a graphics processor WebGPU is
// drawn by SwiftShader, which Debian's chromium brings along.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOrtNodeBackend, createOrtNodeWebGpuBackend } from '@skerry/agent/adapters/ort-node';
import { createOrtWasmBackend } from '@skerry/agent/adapters/ort-web';
import { differenceOf } from '@skerry/agent/inference/tensors';
import type { InferenceBackend, Tensor } from '@skerry/agent/ports';
import { createGoldenJudge, type GoldenCase, readGolden } from '@skerry/agent/release/golden';
import { SkerryError } from '@skerry/proto/errors';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { releaseRef } from '@skerry/proto/release';
import { describe, expect, test } from 'vitest';
import { CATALOG } from '../e2e/support/control-plane.ts';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;

const native = createOrtNodeBackend();
const webgpu = createOrtNodeWebGpuBackend();
const missingWebGpu = await whyMissing(webgpu);
if (missingWebGpu !== undefined)
  process.stderr.write(
    `WebGPU is skipped: ${missingWebGpu.slice(0, 120)}; apt-get install chromium libvulkan1\n`,
  );

/** Why a backend isn't here: an empty model is refused by one that is. */
async function whyMissing(backend: InferenceBackend): Promise<string | undefined> {
  try {
    await backend.create({ bytes: new Uint8Array() });
  } catch (error) {
    if (error instanceof SkerryError) return error.code === 'unsupported' ? error.message : undefined;
    throw error;
  }
  return undefined;
}

const releases = await Promise.all(
  globSync('*/*/model.yaml', { cwd: CATALOG })
    .sort()
    .map((file) => readReleaseDirectory(join(CATALOG, file, '..'))),
);
const variants = releases.flatMap(({ manifest, files }) =>
  manifest.variants.map((variant) => ({
    label: `${releaseRef(manifest)} ${variant.name}`,
    manifest,
    path: join(CATALOG, manifest.name, manifest.version, variant.file),
    golden: readGolden(files.get(manifest.golden!.file)!),
  })),
);

/** Between one golden case and the next: inputs of the same kind that nothing was fitted to. */
function unseen(cases: readonly GoldenCase[]): Record<string, Tensor>[] {
  return cases.slice(1).map(({ inputs }, i) => {
    const before = cases[i]!.inputs;
    return Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => {
        const data = Float32Array.from(
          tensor.data as Float32Array,
          (value, j) => 0.7 * value + 0.3 * Number(before[name]!.data[j]),
        );
        return [name, { ...tensor, data }];
      }),
    );
  });
}

describe.each([
  ['wasm', createOrtWasmBackend(), undefined],
  ['webgpu', webgpu, missingWebGpu],
] as const)('%s', (_, backend, missing) => {
  test.skipIf(missing !== undefined).each(variants)(
    'answers $label as native does',
    async ({ manifest, path, golden }) => {
      const [ours, theirs] = await Promise.all([backend.create({ path }), native.create({ path })]);
      const judges = [ours, theirs].map(() => createGoldenJudge(manifest, golden));
      for (const [i, { inputs, outputs }] of golden.entries())
        for (const [j, session] of [ours, theirs].entries())
          expect(judges[j]!.answer(i, await session.run(inputs, Object.keys(outputs)))).toBeUndefined();
      const names = Object.keys(golden[0]!.outputs);
      for (const inputs of unseen(golden)) {
        const [got, want] = [await ours.run(inputs, names), await theirs.run(inputs, names)];
        for (const name of names)
          expect(differenceOf(want[name]!, got[name]!, manifest.golden!), name).toBeUndefined();
      }
      await Promise.all([ours.release(), theirs.release()]);
    },
  );
});

test('the catalogue is there, each release with golden vectors', () => {
  expect(variants.length).toBeGreaterThanOrEqual(4);
  for (const { path, golden } of variants) {
    expect(readFileSync(path).length).toBeGreaterThan(0);
    expect(golden.length).toBeGreaterThan(1);
  }
});
