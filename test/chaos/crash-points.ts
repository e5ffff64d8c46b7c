/** The crash points that are marked in the agent's sources, so that no new one goes untried. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../e2e/support/program.ts';

const CALL = /\b(?:crashPoint|state\.commit)\(/g;
/** By its name; `state.commit` has one point before and one after. */
const NAMED = /\b(crashPoint|state\.commit)\(\s*'([^']+)'/g;
/** Those two points themselves, in the outbox's state. */
const WITHIN_COMMIT = /\bcrashPoint\(`\$\{name\}\.(before|after)`/g;

/** Their names in order. Throws where a call's name can't be read off. */
export function markedCrashPoints(): string[] {
  const names: string[] = [];
  for (const file of globSync('agent/src/**/*.ts', { cwd: ROOT, exclude: (f) => f.endsWith('.test.ts') })) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
    if (count(CALL) !== count(NAMED) + count(WITHIN_COMMIT))
      throw new Error(`${file} marks a crash point by something else than its name`);
    for (const [, call, name] of text.matchAll(NAMED))
      names.push(...(call === 'crashPoint' ? [name!] : [`${name}.before`, `${name}.after`]));
  }
  return [...new Set(names)].sort();
}
