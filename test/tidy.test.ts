// The house rules that a machine can check; each failure says what to do instead.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const ROOMS = ['proto', 'models', 'agent', 'control-plane', 'firmware-sim', 'test'] as const;
type Room = (typeof ROOMS)[number];

/** Which rooms a room's sources may import. */
const ARROWS: Record<Room, readonly Room[]> = {
  proto: [],
  agent: ['proto'],
  'control-plane': ['proto'],
  models: ['proto', 'agent', 'firmware-sim'],
  'firmware-sim': ['proto', 'agent'],
  test: ['proto', 'models', 'agent', 'control-plane', 'firmware-sim'],
};

/** Outside core: adapters, programs and composition roots. */
const OUTER =
  /(^|\/)(adapters|browser|cli|node|cloudflare|console|page|scripts)\/|(^|\/)(main|start|worker)\.ts$|\.test\.ts$/;
const LINES_MAX = 400;

const AMBIENT: [pattern: RegExp, instead: string][] = [
  [/from 'node:/, 'put it behind a port; adapters import node:'],
  [/\bBuffer\b/, 'use Uint8Array and the helpers of proto/src/bytes.ts'],
  [/\bDate\.now\(|new Date\(\)/, 'take the time from the Clock port or as an argument'],
  [/\bMath\.random\(/, 'take randomness from the Random port'],
  [/\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/, 'use the Timers port'],
  [/\bperformance\.now\(/, 'use the Clock port'],
  [/\bprocess\.|\bconsole\./, 'core has no process; return values, use the Log port'],
  [/\bcrypto\.(subtle|getRandomValues|randomUUID)\b/, 'use the Crypto and Random ports'],
];

const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
})
  .toString()
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const sources = tracked.filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts') && !f.includes('/gen/'));

function roomOf(file: string): Room | undefined {
  return ROOMS.find((room) => file.startsWith(`${room}/`));
}

function isCore(file: string): boolean {
  const room = roomOf(file);
  return (
    (room === 'proto' || room === 'agent' || room === 'control-plane' || room === 'firmware-sim') &&
    file.includes('/src/') &&
    !OUTER.test(file)
  );
}

function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
}

function targetRoom(file: string, specifier: string): Room | undefined {
  if (specifier.startsWith('.')) return roomOf(relative(root, resolve(root, dirname(file), specifier)));
  return ROOMS.find((room) => specifier === `@skerry/${room}` || specifier.startsWith(`@skerry/${room}/`));
}

test('rooms import only where their arrows point', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = roomOf(file);
    if (!from) continue;
    // Unit tests may use the shared contract suites and faulty adapters of test/support.
    const allowed = file.endsWith('.test.ts') ? [...ARROWS[from], 'test'] : ARROWS[from];
    for (const specifier of imports(file)) {
      const to = targetRoom(file, specifier);
      if (to && to !== from && !allowed.includes(to)) wrong.push(`${file} imports ${specifier}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('within a room, core imports neither adapters nor programs', () => {
  const wrong: string[] = [];
  for (const file of sources.filter(isCore))
    for (const specifier of imports(file)) {
      const target = specifier.startsWith('.')
        ? relative(root, resolve(root, dirname(file), specifier))
        : specifier;
      if (OUTER.test(target)) wrong.push(`${file} imports ${specifier}`);
    }
  expect(wrong).toEqual([]);
});

test('core takes time, randomness, timers, files and network as arguments', () => {
  const wrong: string[] = [];
  for (const file of sources.filter(isCore))
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .forEach((line, i) => {
        if (/^\s*(\*|\/\/|\/\*)/.test(line)) return;
        for (const [pattern, instead] of AMBIENT)
          if (pattern.test(line)) wrong.push(`${file}:${i + 1}: ${line.trim()} — ${instead}`);
      });
  expect(wrong).toEqual([]);
});

test(`no source file is longer than ${LINES_MAX} lines`, () => {
  const long = sources
    .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length] as const)
    .filter(([, lines]) => lines > LINES_MAX);
  expect(long).toEqual([]);
});

test('the top level holds the rooms and what tools insist on, and nothing else', () => {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => entry.name);
  expect(folders.sort()).toEqual([...ROOMS].sort());
});

test('nothing committed names a machine or carries a key', () => {
  const wrong = tracked
    .filter((file) => !/\.(onnx|pb|png|bin)$/.test(file) && file !== 'pnpm-lock.yaml')
    .filter((file) =>
      /\/(root|home)\/[a-z]|BEGIN [A-Z ]*PRIVATE KEY|registry\.npmjs/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    );
  expect(wrong.filter((file) => file !== 'test/tidy.test.ts')).toEqual([]);
});
