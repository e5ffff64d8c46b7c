import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@skerry/proto/errors';

/**
 * Builds the console's files with vite where the program runs from its sources and they are missing or older than the
 * sources; `say` is told in one line. An installed package brings them along. A failed build is said too: the control
 * plane serves its API without a console.
 */
export async function buildConsoleIfMissing(say: (line: string) => void): Promise<void> {
  const room = join(import.meta.dirname, '..', '..');
  const source = join(room, 'console');
  const built = join(room, 'dist', 'console', 'index.html');
  if (!existsSync(join(source, 'vite.config.ts'))) return;
  if (existsSync(built) && (await stat(built)).mtimeMs >= (await newestMs(source))) return;
  say('Building the console …');
  try {
    const { build } = await import('vite');
    await build({ root: source, configFile: join(source, 'vite.config.ts'), logLevel: 'silent' });
  } catch (error) {
    say(`The console can't be built, so there is none: ${oneLine(messageOf(error))}`);
  }
}

// The bundler's message without its stack.
function oneLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('at ')).join(' ');
}

async function newestMs(folder: string): Promise<number> {
  let newest = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? await newestMs(path) : (await stat(path)).mtimeMs);
  }
  return newest;
}
