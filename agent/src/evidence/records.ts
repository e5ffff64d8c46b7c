/** Evidence as it is told (sync.proto, ReleaseEvidence). */
import { reversionBytes } from '@skerry/proto/reversion';
import type { skerry } from '@skerry/proto/wire';
import { countsKey, type GivenBack, type Page, type Tenure } from './pages.ts';
import { type EvidenceRole, WIRE_ROLES } from './types.ts';

export interface RecordParts {
  agentId: string;
  pages: ReadonlyMap<string, Page>;
  counts: ReadonlyMap<string, skerry.v1.IReleaseEvidence>;
  poweredMs: () => number;
  sign: (message: Uint8Array) => Uint8Array | undefined;
}

type Term = Pick<GivenBack, 'activeMs' | 'restarts'>;

/** One record per release that serves, shadows or was given back. */
export function evidenceRecords(parts: RecordParts): skerry.v1.IReleaseEvidence[] {
  const poweredMs = parts.poweredMs();
  return [...parts.pages].flatMap(([pipeline, page]) => {
    const record = (role: EvidenceRole, digest: string, term: Term): skerry.v1.IReleaseEvidence => {
      const back = page.reverted.find((release) => role === 'active' && release.digest === digest);
      return {
        ...parts.counts.get(countsKey(pipeline, role, digest)),
        pipeline,
        releaseDigest: digest,
        role: WIRE_ROLES[role],
        activeMs: term.activeMs,
        restarts: term.restarts,
        ...(back && { reverted: reversionOf(parts, pipeline, back) }),
      };
    };
    const { active, shadow, reverted } = page;
    return [
      ...(active ? [record('active', active.digest, termOf(active, poweredMs))] : []),
      ...(shadow ? [record('shadow', shadow.digest, termOf(shadow, poweredMs))] : []),
      ...reverted
        .filter(({ digest }) => digest !== active?.digest)
        .map((back) => record('active', back.digest, back)),
    ];
  });
}

/** How long a release has had its role, powered on, and how often the process began anew meanwhile. */
export function termOf({ sinceMs, restarts }: Tenure, poweredMs: number): Term {
  return { activeMs: Math.max(0, Math.round(poweredMs - sinceMs)), restarts };
}

// Signed when it is told: the key may have come only after the release was given back.
function reversionOf(
  { agentId, sign }: RecordParts,
  pipeline: string,
  { digest, reason, wallMs }: GivenBack,
): skerry.v1.IReversion {
  const facts = { agent: agentId, pipeline, releaseDigest: digest, reason, wallMs };
  const signature = sign(reversionBytes(facts));
  return { reason, wallMs, ...(signature && { signature }) };
}
