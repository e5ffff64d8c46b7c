/** Results carried by hand, both ways, over a store and an outbox that are open: in the running agent, or in a command. */
import type { skerry } from '@skerry/proto/wire';
import type { Crypto, Log, Random, Store } from '../ports.ts';
import type { OutboxReader } from '../sync/outbox-reader.ts';
import { type AcknowledgeOutcome, acknowledgeFile } from './acknowledge.ts';
import { type ExportOptions, exportFile } from './export.ts';
import { controlPlaneVerifier, deviceSigner } from './keys.ts';

export interface ByHandOptions {
  agentId: string;
  store: Store;
  outbox: OutboxReader;
  crypto: Crypto;
  random: Random;
  log: Log;
  situation: ExportOptions['situation'];
  applyDesired(desired: skerry.v1.IDesired, instance: string): Promise<void>;
}

export interface ByHand {
  /** The bytes of a file with all that the outbox holds. Rejects where the agent never enrolled. */
  export(): Promise<AsyncIterable<Uint8Array>>;
  /** Takes an acknowledgement file; `what` names it in errors. */
  acknowledge(chunks: AsyncIterable<Uint8Array>, what: string): Promise<AcknowledgeOutcome>;
}

/** Makes it. */
export function createByHand(options: ByHandOptions): ByHand {
  const { store, crypto, log, situation } = options;
  return {
    async export() {
      return exportFile({ ...options, sign: await deviceSigner(store, crypto) });
    },
    async acknowledge(chunks, what) {
      const verify = await controlPlaneVerifier(store, crypto);
      if (!verify)
        log('warn', 'byhand', 'this agent has no root of trust yet: an acknowledgement is taken unverified');
      const outcome = await acknowledgeFile(
        { ...options, verify, seen: () => situation().seen },
        chunks,
        what,
      );
      log('info', 'byhand', 'an acknowledgement was taken by hand', { ...outcome });
      return outcome;
    },
  };
}
