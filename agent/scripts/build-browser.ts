/** Builds the page that is an agent into dist/page: static files, for the agent's local server or any other. */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const room = join(import.meta.dirname, '..');
const out = process.argv[2] ?? join(room, 'dist/page');
const require = createRequire(import.meta.url);

const common: BuildOptions = {
  absWorkingDir: room,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2024',
  conditions: ['source', 'module', 'browser'],
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  ...common,
  entryPoints: { agent: join(room, 'src/browser/worker.ts') },
  outdir: out,
  // onnxruntime-web's WebGPU half is loaded by those who use it.
  splitting: true,
  chunkNames: 'chunk-[hash]',
  // The build with WebAssembly alone is half the size of the default one.
  alias: { 'onnxruntime-web/webgpu': 'onnxruntime-web/webgpu', 'onnxruntime-web': 'onnxruntime-web/wasm' },
  inject: [join(import.meta.dirname, 'buffer.ts')],
});
await build({
  ...common,
  format: 'iife',
  entryPoints: { page: join(room, 'page/browser/page.ts') },
  outdir: out,
});
for (const name of ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.asyncify.wasm'])
  await copyFile(require.resolve(`onnxruntime-web/${name}`), join(out, name));
const page = await readFile(join(room, 'page/index.html'), 'utf8');
await writeFile(
  join(out, 'index.html'),
  page.replace('<script>', '<script src="page.js"></script>\n<script>'),
);
