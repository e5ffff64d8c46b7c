/**
 * What must be known of a shadow after the process has ended, under `h/<pipeline>` as JSON:
 *
 *   {"v":1,"digest":"sha256:…","passed":true,"at":"running","boot":"…","ends":1,"refused":"golden case 3: …"}
 *
 * 1. `at` is committed before its model is loaded ("loading") and when it has passed ("running"), and removed by an
 *    orderly end. A start that finds it knows what the last process may have died of: one that was being loaded is refused
 *    at once, one that ran the second time in a row. Ten minutes of running end the row, and where the machine itself went
 *    down (`boot` was another one) it was the power, most likely: that counts for one end while loading, for none running.
 * 2. `passed`: it has passed trust and golden vectors here, so that a restart needs no network for it.
 * 3. `refused` is not tried again until another shadow, or none, was wished for.
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { messageOf } from '@skerry/proto/errors';
import { z } from 'zod';
import { isOtherBoot, type Log, type Store } from '../ports.ts';

const record = z.strictObject({
  v: z.literal(1),
  digest: z.string().regex(DIGEST_PATTERN),
  passed: z.boolean(),
  at: z.enum(['loading', 'running']).optional(),
  boot: z.string().optional(),
  ends: z.int().nonnegative(),
  refused: z.string().optional(),
});
export type ShadowRecord = z.output<typeof record>;

/** So many ends in a row give it up: fewer than would be held against the release that serves (`limits.crashLoop`). */
const MAX_ENDS = 2;

/** A shadow of which nothing is known yet. */
export function newRecord(digest: string): ShadowRecord {
  return { v: 1, digest, passed: false, ends: 0 };
}

/** What a start makes of the record that the last process left. */
export function recoverShadow(stored: ShadowRecord, machineBoot?: string): ShadowRecord {
  const { at, boot, ...rest } = stored;
  if (at === undefined) return stored;
  const byPower = isOtherBoot(boot, machineBoot);
  if (at === 'loading' && !byPower)
    return { ...rest, refused: 'the agent ended while this shadow was loaded' };
  if (at === 'running' && byPower) return rest;
  const ends = rest.ends + 1;
  return ends < MAX_ENDS
    ? { ...rest, ends }
    : {
        ...rest,
        ends,
        refused: `the agent ended ${ends} times in a row while this shadow ran or was loaded`,
      };
}

/** What the process may end by from now on. */
export function withMarker(
  record: ShadowRecord,
  at: 'loading' | 'running',
  machineBoot: string | undefined,
): ShadowRecord {
  return { ...withoutMarker(record), at, ...(machineBoot !== undefined && { boot: machineBoot }) };
}

/** It neither is loaded nor runs any more. */
export function withoutMarker({ at: _, boot: __, ...rest }: ShadowRecord): ShadowRecord {
  return rest;
}

/** The records of all pipelines. */
export class ShadowRecords {
  readonly #store: Pick<Store, 'get' | 'batch'>;
  readonly #log: Log;

  constructor(store: Pick<Store, 'get' | 'batch'>, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Undefined where nothing is stored, or what is stored is damaged: then it is logged. */
  async read(pipeline: string): Promise<ShadowRecord | undefined> {
    const bytes = await this.#store.get(keyOf(pipeline));
    if (!bytes) return undefined;
    try {
      return record.parse(JSON.parse(fromUtf8(bytes)));
    } catch (error) {
      const fields = { pipeline, error: messageOf(error) };
      this.#log('error', 'shadow', 'what is stored is damaged, beginning anew', fields);
      return undefined;
    }
  }

  put(pipeline: string, stored: ShadowRecord): Promise<void> {
    const value = utf8(JSON.stringify(stored));
    return this.#store.batch([{ type: 'put', key: keyOf(pipeline), value }], { sync: true });
  }

  remove(pipeline: string): Promise<void> {
    return this.#store.batch([{ type: 'del', key: keyOf(pipeline) }], { sync: true });
  }
}

function keyOf(pipeline: string): string {
  return `h/${pipeline}`;
}
