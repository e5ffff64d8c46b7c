import { join } from 'node:path';
import { openLevelStore } from '@skerry/agent/adapters/level-store';
import { nodeCompression } from '@skerry/agent/adapters/node-compression';
import { systemClock, systemRandom } from '@skerry/agent/adapters/system-clock';
import { unpackRows } from '@skerry/agent/outbox/blocks';
import { openOutbox } from '@skerry/agent/outbox/open';
import type { SampleCounters } from '@skerry/agent/pipeline/types';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { resultJson } from '@skerry/proto/results';
import { v1 } from '@skerry/proto/wire';
import type { ResultJson } from '../e2e/support/control-plane.ts';

const MAX_BYTES = 512 * 1024 ** 2;

/** What a start finds in an agent's data folder. */
export interface Stored {
  /** Of the pipeline `pump`. */
  samples: SampleCounters | undefined;
  /** Every result that waits in the outbox, the oldest first. */
  results: ResultJson[];
  /** Whether anything was damaged. */
  damaged: boolean;
}

/** Opens what a stopped agent left, with the agent's own code. */
export async function readStored(dataDir: string, agentId: string): Promise<Stored> {
  const store = await openLevelStore({ location: join(dataDir, 'db'), maxBytes: MAX_BYTES });
  try {
    const { outbox, recovered, damage } = await openOutbox(store, {
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
    const results = blocks.flatMap(({ kind, codec, columns }) => {
      if (kind !== v1.BlockKind.BLOCK_KIND_RESULTS)
        throw new Error('a range record where no result may be missing');
      const rows = unpackRows({ codec: codec ?? 0, columns: columns ?? new Uint8Array() }, nodeCompression);
      return rows.map((row) => resultJson(nodeCrypto, agentId, row) as unknown as ResultJson);
    });
    const damaged = damage.headLost || damage.holes.length + damage.records.length + damage.samples > 0;
    return { samples: recovered.counters.get('pump'), results, damaged };
  } finally {
    await store.close();
  }
}
