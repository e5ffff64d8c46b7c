import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type Command, print, printJson } from '@skerry/proto/node/program';
import { acceptModel } from '@skerry/proto/onnx/check';
import { MODEL_FILE } from '@skerry/proto/pack';
import { firstManifest } from '../init/first-manifest.ts';
import { guessRelease } from '../init/guess.ts';

interface InitFlags {
  out?: string;
  name?: string;
  force?: boolean;
  json?: boolean;
}

/** `init FILE.onnx`: a first model.yaml from a graph. */
export function addInit(program: Command): void {
  program
    .command('init <model>')
    .description('read an ONNX file and write a first model.yaml, with a comment wherever you have to decide')
    .option('--out <directory>', 'where model.yaml and a copy of the model go (default: beside the model)')
    .option('--name <name>', "the release's name (default: after the file)")
    .option('--force', 'overwrite a model.yaml that is there')
    .option('--json', 'print what was guessed as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  skerry-model init press.onnx --out releases/press/0.1.0 --name press',
    )
    .action(init);
}

async function init(file: string, flags: InitFlags): Promise<void> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'name an ONNX file',
      cause,
    });
  });
  const { model, changes } = acceptModel(new Uint8Array(bytes));
  const guess = guessRelease(model);
  const directory = flags.out ?? dirname(file);
  const copy = join(directory, fileName(basename(file)));
  const isInPlace = resolve(copy) === resolve(file);
  if (!isInPlace && flags.out === undefined)
    throw new SkerryError('invalid', `a release's files are named by letters, digits, ".", "_" and "-"`, {
      hint: `rename ${basename(file)}, or name a folder with --out`,
    });
  const manifest = firstManifest(guess, { name: flags.name ?? nameOf(file), file: basename(copy) });
  await mkdir(directory, { recursive: true });
  const target = join(directory, MODEL_FILE);
  await writeFile(target, manifest, { flag: flags.force ? 'w' : 'wx' }).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new SkerryError('conflict', `${target} is there already`, {
      hint: '--force overwrites it; --out names another folder',
      cause,
    });
  });
  if (!isInPlace) await copyFile(file, copy);
  if (flags.json) printJson({ file: target, ...guess, changes });
  else print(report(target, directory, changes));
}

function report(target: string, directory: string, changes: readonly string[]): string {
  return [
    target,
    ...changes.map((change) => `  when it is packed, ${change}`),
    'Next:',
    `  1. edit it wherever it says SET`,
    `  2. skerry-model golden ${directory} --data healthy.csv      and name the file in model.yaml`,
    `  3. skerry-model profile ${directory} --data healthy.csv     the same, for drift`,
    `  4. skerry-model verify ${directory}`,
    `  5. skerry release push ${directory} --key operator.json`,
  ].join('\n');
}

function fileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
}

function nameOf(file: string): string {
  const name = fileName(basename(file).replace(/\.onnx$/i, '')).slice(0, 64);
  return name === 'model' || name === ''
    ? fileName(basename(dirname(resolve(file)))).slice(0, 64) || 'model'
    : name;
}
