import { join } from 'node:path';
import { openLevelStore } from '@skerry/agent/adapters/level-store';
import { nodeCompression } from '@skerry/agent/adapters/node-compression';
import { systemClock, systemRandom } from '@skerry/agent/adapters/system-clock';
import { unpackRows } from '@skerry/agent/outbox/blocks';
import { openOutbox } from '@skerry/agent/outbox/open';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { resultJson } from '@skerry/proto/results';
import { v1 } from '@skerry/proto/wire';
import type { AgentProcess } from '../e2e/support/agent.ts';
import type { ResultJson } from '../e2e/support/control-plane.ts';

const MAX_BYTES = 512 * 1024 ** 2;

/** Every result that waits in a stopped agent's outbox, the oldest first. */
export async function storedResults(agent: AgentProcess): Promise<ResultJson[]> {
  const store = await openLevelStore({ location: join(agent.dataDir, 'db'), maxBytes: MAX_BYTES });
  try {
    const { outbox } = await openOutbox(store, {
      clock: systemClock,
      random: systemRandom,
      log: () => undefined,
      crashPoint: () => undefined,
      compression: nodeCompression,
      limits: {
        maxBytes: MAX_BYTES,
        maxAgeMs: Number.MAX_SAFE_INTEGER,
        whenFull: 'degrade',
        durability: 'fsync',
      },
    });
    const blocks = await outbox.pending('result', 0, Number.MAX_SAFE_INTEGER);
    return blocks.flatMap(({ kind, codec, columns }) => {
      if (kind !== v1.BlockKind.BLOCK_KIND_RESULTS)
        throw new Error('a range record where no result may be missing');
      const rows = unpackRows({ codec: codec ?? 0, columns: columns ?? new Uint8Array() }, nodeCompression);
      return rows.map((row) => resultJson(nodeCrypto, agent.id, row) as unknown as ResultJson);
    });
  } finally {
    await store.close();
  }
}
