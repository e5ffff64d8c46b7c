/** The outbox of an agent that isn't running, for commands: opened as the agent itself opens it, and closed again. */

import { SkerryError } from '@skerry/proto/errors';
import { randomId } from '@skerry/proto/ids';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { stderrLog } from '../adapters/log.ts';
import { nodeCompression } from '../adapters/node-compression.ts';
import { systemClock, systemRandom } from '../adapters/system-clock.ts';
import { type ByHand, createByHand } from '../byhand/byhand.ts';
import type { AgentStatus } from '../local/view.ts';
import { openOutbox } from '../outbox/open.ts';
import { AgentTime } from '../time/agent-time.ts';
import { openDesiredStore } from '../twin/desired-store.ts';
import { MADE_MS, openStore } from './compose.ts';
import type { LoadedConfig } from './config-file.ts';
import { fetchStatus, localUrl } from './status.ts';

type Opened = Awaited<ReturnType<typeof openOutbox>> & { byHand: ByHand };

/** Status of the agent of this configuration; undefined where it isn't running. */
export async function runningStatus(loaded: LoadedConfig): Promise<AgentStatus | undefined> {
  try {
    const status = await fetchStatus(localUrl(loaded.config.local.listen));
    // Another agent may have that port while this one is down.
    return status.agent === loaded.agentId ? status : undefined;
  } catch (error) {
    if (error instanceof SkerryError && error.code === 'unavailable') return undefined;
    throw error;
  }
}

/** Opens the outbox for as long as `use` takes. Throws SkerryError conflict where a process has it. */
export async function withOutbox<T>(loaded: LoadedConfig, use: (opened: Opened) => Promise<T>): Promise<T> {
  const log = stderrLog(systemClock, 'error');
  const store = await openStore(loaded);
  try {
    const { maxBytes, maxAge, whenFull, durability } = loaded.config.buffer;
    const time = new AgentTime({ clock: systemClock, settings: loaded.config.clock, notBeforeMs: MADE_MS });
    const opened = await openOutbox(store, {
      clock: time.clock,
      onLastKnown: (wallMs) => time.resume(wallMs),
      random: systemRandom,
      log,
      crashPoint: () => undefined,
      limits: { maxBytes, maxAgeMs: maxAge, whenFull, durability },
      compression: nodeCompression,
    });
    const desired = await openDesiredStore(store, log);
    const boot = randomId(systemRandom);
    const byHand = createByHand({
      agentId: loaded.agentId,
      store,
      outbox: opened.outbox,
      crypto: nodeCrypto,
      random: systemRandom,
      log,
      // What an agent would report of itself, one that is down can't.
      situation: () => ({
        clock: { boot, monoMs: Math.floor(systemClock.monoMs()), wallMs: Math.floor(time.nowMs()) },
        reported: undefined,
        seen: desired.seen(),
      }),
      applyDesired: (wanted, instance) => desired.put(wanted, instance),
    });
    return await use({ ...opened, byHand });
  } finally {
    await store.close();
  }
}
