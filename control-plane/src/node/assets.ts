import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Asset } from '../routes/deps.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** The built console's files under a folder. */
export function createAssets(dir: string): (path: string) => Promise<Asset | undefined> {
  return async (path) => {
    const type = TYPES[extname(path)];
    const file = normalize(join(dir, path));
    if (!type || path.includes('\0') || !file.startsWith(`${normalize(dir)}${sep}`)) return undefined;
    try {
      const bytes = new Uint8Array(await readFile(file));
      return { bytes, contentType: type, immutable: path.startsWith('/assets/') };
    } catch (error) {
      if (
        ['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')
      )
        return undefined;
      throw error;
    }
  };
}
