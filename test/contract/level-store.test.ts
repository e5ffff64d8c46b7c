import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderBytes, requireHead } from '@skerry/agent/adapters/level-folder';
import { openLevelStore } from '@skerry/agent/adapters/level-store';
import { storeContract } from './store.ts';

storeContract('LevelDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skerry-store-'));
  return {
    open: () =>
      openLevelStore({
        location: join(folder, 'db'),
        maxBytes: 4 * 1024 ** 2,
        folder: { requireHead, folderBytes },
      }),
    dispose: () => rm(folder, { recursive: true }),
  };
});
