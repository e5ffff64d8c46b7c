// Generates gen/skerry.js and gen/onnx.js (+ .d.ts) from the .proto files: static code, because workerd has no eval.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const pbjs = join(dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json')), 'bin/pbjs');
const lean = ['--no-convert', '--no-create', '--no-delimited', '--no-typeurl', '--no-verify', '--no-service'];

function generate(name: string, sources: string[]): void {
  const target = ['-t', 'static-module', '-w', 'esm', '-r', name, '--force-number', '--dts', ...lean];
  execFileSync(process.execPath, [pbjs, ...target, '-p', '.', '-o', `gen/${name}.js`, ...sources], {
    cwd: root,
    stdio: 'inherit',
  });
}

const skerry = readdirSync(join(root, 'skerry/v1')).sort();
generate(
  'skerry',
  skerry.map((file) => `skerry/v1/${file}`),
);
generate('onnx', ['onnx/onnx.proto']);
