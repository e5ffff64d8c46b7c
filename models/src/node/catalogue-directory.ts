import { join } from 'node:path';

/** Where a release of the catalogue lies, from the sources as well as from the build. */
export function catalogueDirectory(name: string, version: string): string {
  return join(import.meta.dirname, '..', '..', 'catalog', name, version);
}
