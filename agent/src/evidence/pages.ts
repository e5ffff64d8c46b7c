/**
 * How evidence lies in the store, beside the outbox's own keys:
 *
 *   e/running                      sealed JSON {"boot":"…"} while a process runs: a start that finds it follows a crash, or a
 *                                  power cut where the machine's boot was another one
 *   e/b/<pipeline>                 sealed JSON, the page below: who has which role since when, and what was given back
 *   e/c/<pipeline>/<role>/<digest> sealed protobuf (ReleaseEvidence): the counts, written with the progress that they count
 *
 *   {"v":1,
 *    "active":{"digest":"sha256:…","sinceMs":81000,"restarts":1,"crashesMs":[95000]},
 *    "reverted":[{"digest":"sha256:…","reason":"errorRate: …","wallMs":1795000000123,"activeMs":60000,"restarts":0}]}
 *
 * `sinceMs` and `crashesMs` count as the outbox does how long the agent has been powered on. A page names at most eight
 * releases: one a role, and the last six that were given back.
 */
import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { messageOf } from '@skerry/proto/errors';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import { z } from 'zod';
import { underPrefix } from '../outbox/keys.ts';
import { unseal, unsealJson } from '../outbox/sealed.ts';
import { isOtherBoot, type Log, type Store } from '../ports.ts';
import type { EvidenceRole } from './types.ts';

const digest = z.string().regex(DIGEST_PATTERN);
const count = z.int().nonnegative();
const tenure = z.strictObject({
  digest,
  sinceMs: z.number(),
  restarts: count,
  /** Ends of the process that nobody had asked for, the newest last. */
  crashesMs: z.array(z.number()),
  /** Of a shadow: what it is compared with. */
  champion: z.string().optional(),
});
const givenBack = z.strictObject({
  digest,
  reason: z.string(),
  wallMs: z.int(),
  activeMs: count,
  restarts: count,
});
const page = z.strictObject({
  v: z.literal(1),
  active: tenure.optional(),
  shadow: tenure.optional(),
  reverted: z.array(givenBack),
});

/** A release's time in a role. */
export type Tenure = z.output<typeof tenure>;
/** A release that the agent gave back by itself. */
export type GivenBack = z.output<typeof givenBack>;
export type Page = z.output<typeof page>;

export const RUNNING_KEY = 'e/running';
const PAGES = 'e/b/';
const COUNTS = 'e/c/';
/** Releases given back that a pipeline keeps; the oldest goes first. */
export const MAX_GIVEN_BACK = 6;

export function pageKey(pipeline: string): string {
  return `${PAGES}${pipeline}`;
}

export function countsKey(pipeline: string, role: EvidenceRole, digest: string): string {
  return `${COUNTS}${pipeline}/${role}/${digest}`;
}

/** Where a page's counts lie. */
export function countsKeys(pipeline: string, { active, shadow, reverted }: Page): string[] {
  return [
    ...(active ? [countsKey(pipeline, 'active', active.digest)] : []),
    ...(shadow ? [countsKey(pipeline, 'shadow', shadow.digest)] : []),
    ...reverted.map((release) => countsKey(pipeline, 'active', release.digest)),
  ];
}

function hasCrashed(running: Uint8Array | undefined, machineBoot: string | undefined): boolean {
  if (!running) return false;
  const { boot } = (unsealJson(running) ?? {}) as { boot?: string };
  return !isOtherBoot(boot, machineBoot);
}

/** What a start finds. */
export interface StoredEvidence {
  /** The process before this one ended without being asked to. */
  crashed: boolean;
  pages: Map<string, Page>;
  counts: Map<string, skerry.v1.IReleaseEvidence>;
  /** Keys that nobody needs any more: damaged, of pipelines that are gone, or of releases that no page names. */
  gone: string[];
}

/** Reads everything; what is damaged is logged and left out, and its release counts from 0. */
export async function readEvidence(
  store: Store,
  log: Log,
  pipelines: readonly string[],
  machineBoot: string | undefined,
): Promise<StoredEvidence> {
  const found: StoredEvidence = {
    crashed: hasCrashed(await store.get(RUNNING_KEY), machineBoot),
    pages: new Map(),
    counts: new Map(),
    gone: [],
  };
  const leaveOut = (key: string, why: string): void => {
    log('warn', 'evidence', `${key} is damaged and left out: ${why}`);
    found.gone.push(key);
  };
  for (const [key, value] of await store.range(underPrefix(PAGES))) {
    const pipeline = key.slice(PAGES.length);
    if (!pipelines.includes(pipeline)) found.gone.push(key);
    else
      try {
        found.pages.set(pipeline, page.parse(unsealJson(value)));
      } catch (error) {
        leaveOut(key, messageOf(error));
      }
  }
  const named = new Set([...found.pages].flatMap(([pipeline, of]) => countsKeys(pipeline, of)));
  for (const [key, value] of await store.range(underPrefix(COUNTS))) {
    const bytes = unseal(value);
    if (!named.has(key)) found.gone.push(key);
    else if (!bytes) leaveOut(key, 'its checksum does not hold');
    else
      try {
        found.counts.set(key, decode(v1.ReleaseEvidence, bytes));
      } catch (error) {
        leaveOut(key, messageOf(error));
      }
  }
  return found;
}
