/**
 * The slots of a pipeline and what to do about them, as data: `reconcile(desired, record)` says the next step, activate.ts
 * performs it.
 *
 * Stored under `r/<pipeline>` as JSON, one record a pipeline:
 *
 *   {"v":1,
 *    "active":  {"name":"press","version":"1.2.0","digest":"sha256:…"},
 *    "previous":{"name":"press","version":"1.1.0","digest":"sha256:…"},
 *    "left":"replaced",
 *    "activating":{"digest":"sha256:…","proven":false,"attempts":1,"boot":"…"},
 *    "refused": {"digest":"sha256:…","reason":"golden case 3: …"}}
 *
 * 1. `activating` is committed before a model is loaded and removed by the commit that ends the attempt. A start that
 *    finds it knows what the last process died of.
 * 2. `active` is written last, when the release has passed everything. `previous` is what was active before it.
 *    `left` says why it no longer is: another one took its place (`replaced`), or it was taken back (`reverted`).
 * 3. `refused` is not tried again, whatever is wished, until another release has been activated.
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { compareVersions } from '@skerry/proto/version';
import { z } from 'zod';
import { isOtherBoot } from '../ports.ts';

const target = z.strictObject({
  name: z.string(),
  version: z.string(),
  digest: z.string().regex(DIGEST_PATTERN),
});
const record = z.strictObject({
  v: z.literal(1),
  active: target.optional(),
  previous: target.optional(),
  left: z.enum(['replaced', 'reverted']).optional(),
  activating: z
    .strictObject({
      digest: z.string(),
      proven: z.boolean(),
      attempts: z.int().positive(),
      boot: z.string().optional(),
    })
    .optional(),
  refused: z.strictObject({ digest: z.string(), reason: z.string() }).optional(),
});

/** A release by name, version and digest. */
export type ReleaseTarget = z.output<typeof target>;
export type SlotRecord = z.output<typeof record>;

/** What to do next for one pipeline. */
export type Step =
  /** What serves is what is wanted. */
  | { kind: 'none' }
  /** Load what was active before this process, without asking trust or network: it has passed both. */
  | { kind: 'load'; target: ReleaseTarget }
  /** Get, verify and activate a release; `known` where it is or was active here, so that it needs neither. */
  | { kind: 'activate'; target: ReleaseTarget; known: boolean }
  /** What is active can't be loaded, and nothing serves: the one that it replaced does, until it can. */
  | { kind: 'stand-in'; target: ReleaseTarget }
  /** The wish can't be fulfilled, for a reason that trying again won't change. */
  | { kind: 'refuse'; target: ReleaseTarget; reason: string };

/**
 * How often the process may end while a release is loaded that once passed, or by what looks like a power cut, before it is
 * given up.
 */
const LENIENT_ATTEMPTS = 3;

export const EMPTY_RECORD: SlotRecord = { v: 1 };

/**
 * The next step. `loadedDigest` is what serves in this process, `desired` undefined where nobody wishes anything;
 * `isActiveLost` where loading what is active has just failed.
 */
export function reconcile(
  desired: ReleaseTarget | undefined,
  slots: SlotRecord,
  loadedDigest: string | undefined,
  isActiveLost = false,
): Step {
  const { active, refused } = slots;
  if (active && loadedDigest !== active.digest && refused?.digest !== active.digest) {
    if (!isActiveLost) return { kind: 'load', target: active };
    const instead = substitute(slots);
    if (loadedDigest === undefined && instead) return { kind: 'stand-in', target: instead };
    if (desired?.digest === active.digest) return { kind: 'none' };
    if (desired && desired.digest === loadedDigest) return { kind: 'activate', target: desired, known: true };
  }
  if (!desired || desired.digest === loadedDigest) return { kind: 'none' };
  if (refused?.digest === desired.digest) return { kind: 'refuse', target: desired, reason: refused.reason };
  const known = [active?.digest, slots.previous?.digest].includes(desired.digest);
  return { kind: 'activate', target: desired, known };
}

/**
 * What may take the place of the active release without anybody's wish: the one that it replaced. Never one that was
 * taken back, and none of which that isn't known.
 */
export function substitute({ previous, left, refused }: SlotRecord): ReleaseTarget | undefined {
  return left === 'replaced' && refused?.digest !== previous?.digest ? previous : undefined;
}

/**
 * What a start makes of the record that the last process left. An attempt that never ended took the process with it:
 * a new release is refused at once, after three times one that had passed before, and one with which the machine itself
 * went down (`machineBoot` is another one now), since that was the power, most likely. A refused active release gives way
 * to the previous one.
 */
export function recover(slots: SlotRecord, machineBoot?: string): SlotRecord {
  const { activating, ...rest } = slots;
  if (!activating) return slots;
  const isLenient = activating.proven || isOtherBoot(activating.boot, machineBoot);
  if (isLenient && activating.attempts < LENIENT_ATTEMPTS) return slots;
  const times = activating.attempts === 1 ? '' : ` ${activating.attempts} times`;
  const reason = `the agent ended${times} while this release was loaded`;
  return giveUp({ ...rest, refused: { digest: activating.digest, reason } }, activating.digest);
}

/** Before loading: the marker. */
export function beginAttempt(slots: SlotRecord, digest: string, machineBoot?: string): SlotRecord {
  const proven = slots.active?.digest === digest;
  const attempts = slots.activating?.digest === digest ? slots.activating.attempts + 1 : 1;
  const boot = machineBoot === undefined ? {} : { boot: machineBoot };
  return { ...slots, activating: { digest, proven, attempts, ...boot } };
}

/** It passed: it is active, what was active is previous. Loading what was active already changes no more than that. */
export function endAttempt(slots: SlotRecord, activated: ReleaseTarget): SlotRecord {
  const { activating: _, refused, ...rest } = slots;
  if (rest.active?.digest === activated.digest) return refused ? { ...rest, refused } : rest;
  if (!rest.active) return { ...rest, active: activated };
  const isBack = rest.previous?.digest === activated.digest || isOlder(activated, rest.active);
  return { ...rest, active: activated, previous: rest.active, left: isBack ? 'reverted' : 'replaced' };
}

function isOlder(a: ReleaseTarget, b: ReleaseTarget): boolean {
  return a.name === b.name && compareVersions(a.version, b.version) < 0;
}

/** The stand-in was loaded, or couldn't be. */
export function endStandIn(slots: SlotRecord): SlotRecord {
  const { activating: _, ...rest } = slots;
  return rest;
}

/** It didn't pass. With a reason that trying again won't change, it is refused. */
export function failAttempt(slots: SlotRecord, digest: string, reason: string | undefined): SlotRecord {
  const { activating: _, ...rest } = slots;
  return reason === undefined ? rest : giveUp({ ...rest, refused: { digest, reason } }, digest);
}

/** Nothing is active any more; what was is the release to go back to. */
export function withdrawn(slots: SlotRecord): SlotRecord {
  const { active, activating: _, ...rest } = slots;
  return active ? { ...rest, previous: active, left: 'reverted' } : rest;
}

/** Back to the previous release, by the release's own limits or a policy; the one left is refused. */
export function revert(slots: SlotRecord, reason: string): SlotRecord {
  const { active } = slots;
  if (!active || !substitute(slots))
    throw new SkerryError('precondition', 'there is no previous release to go back to');
  return giveUp({ ...slots, refused: { digest: active.digest, reason } }, active.digest);
}

function giveUp(slots: SlotRecord, digest: string): SlotRecord {
  if (slots.active?.digest !== digest || !slots.previous) return slots;
  const { previous, active: _, left: __, ...rest } = slots;
  return { ...rest, active: previous };
}

/** Between two records: what was active and is refused since, with the reason; undefined where that isn't what happened. */
export function givenBack(
  before: SlotRecord,
  after: SlotRecord,
): { digest: string; reason: string } | undefined {
  const { active } = before;
  if (!active || after.active?.digest === active.digest) return undefined;
  return after.refused?.digest === active.digest ? after.refused : undefined;
}

/** Digests of the releases that a record keeps on the device. */
export function keptDigests(slots: SlotRecord): string[] {
  return [slots.active?.digest, slots.previous?.digest].filter((d) => d !== undefined);
}

/** The stored form. */
export function encodeRecord(slots: SlotRecord): Uint8Array {
  return utf8(JSON.stringify(slots));
}

/** Reads the stored form. Throws SkerryError `corrupt` on anything else. */
export function decodeRecord(pipeline: string, bytes: Uint8Array): SlotRecord {
  try {
    return record.parse(JSON.parse(fromUtf8(bytes)));
  } catch (cause) {
    throw new SkerryError('corrupt', `what is stored of the releases of pipeline ${pipeline} is damaged`, {
      cause,
    });
  }
}
