/** What the drift page derives from sketches, the release's thresholds, its reference and the policies. */
import { psiExcess } from '@skerry/proto/drift/distances';
import { useEffect, useState } from 'preact/hooks';
import type { PolicyInfo } from '../../src/core/fleet/policies.ts';
import { errorLine } from './api.ts';
import { duration, stamp } from './format.ts';
import type { DiagnosedDrift, ReleaseDetails, SignalDrift } from './model.ts';
import { type ReferenceCounts, readReference } from './reference.ts';
import { useServices } from './services.ts';

/** The psi excess at which a signal warns and alerts, and who says so. */
export interface Marks {
  warn: number | undefined;
  alert: number | undefined;
  by: string;
}

/** The marks of inputs or outputs: the last policy about the release that sets them, else the release's own. */
export function marksOf(
  release: ReleaseDetails | undefined,
  policies: readonly PolicyInfo[],
  isOutput: boolean,
): Marks {
  const side = isOutput ? 'output' : 'input';
  const policy = [...policies]
    .reverse()
    .find((p) => p.policy.release.split('@')[0] === release?.name && p.policy[side].psi !== undefined);
  if (policy) {
    const { selector } = policy.policy;
    return {
      ...bounds(policy.policy[side].psi),
      by: `policy ${policy.name}${selector ? `, for ${selector}` : ''}`,
    };
  }
  return { ...bounds(release?.manifest.drift?.[side].psi), by: 'the release' };
}

function bounds(level: { warn?: number | undefined; alert?: number | undefined } | undefined) {
  return { warn: level?.warn, alert: level?.alert };
}

/** The worst of its devices' levels; learning only where nothing can say more. */
export function worstLevel(signal: SignalDrift): SignalDrift['devices'][number]['level'] {
  const levels = signal.devices.map((d) => d.level);
  return (['alert', 'warn', 'ok'] as const).find((level) => levels.includes(level)) ?? 'learning';
}

/** A hundred years: what is beyond says no more. */
const MANY_HOURS = 876_000;

const PATTERNS = {
  new: 'since',
  sustained: 'without a break since',
  daily: 'at this time every day; now since',
  weekly: 'at this time every week; now since',
} as const;

/** What a signal's drift means and how it lies in time, and how often a healthy device would look like it. */
export function meaning({ devices, diagnosis }: DiagnosedDrift): string {
  const parts: string[] = [];
  if (diagnosis) parts.push(`${diagnosis.kind.replaceAll('-', ' ')}: ${diagnosis.text}`);
  const [first] = devices.filter((d) => d.sinceUs !== undefined).sort((a, b) => a.sinceUs! - b.sinceUs!);
  if (first) parts.push(`${PATTERNS[first.pattern ?? 'new']} ${stamp(Math.floor(first.sinceUs! / 1_000))}`);
  const hours = Math.min(...devices.map((d) => d.hoursBetweenFalseAlarms ?? Infinity));
  if (Number.isFinite(hours))
    parts.push(
      `a healthy device looks like an alert once in ${duration(Math.min(hours, MANY_HOURS) * 3_600_000)}`,
    );
  return parts.join(' · ');
}

/** psi excess of all devices' samples together. Undefined without a reference on the same bins, or without samples. */
export function mergedExcess(
  signal: SignalDrift,
  reference: ReferenceCounts | undefined,
): number | undefined {
  if (!reference || reference.counts.length !== signal.counts.length || signal.n === 0) return undefined;
  return psiExcess(reference.counts, signal.counts);
}

/** A release's drift reference, fetched once by its digest. */
export function useReference(release: ReleaseDetails | undefined): {
  signals: readonly ReferenceCounts[];
  error: string | undefined;
} {
  const { api } = useServices();
  const path = release?.manifest.drift?.reference;
  const digest = release?.files.find((f) => f.path === path)?.digest;
  const [state, setState] = useState<{ signals: readonly ReferenceCounts[]; error: string | undefined }>(
    NONE,
  );
  useEffect(() => {
    if (digest === undefined) return undefined;
    let gone = false;
    const load = async (): Promise<void> => {
      try {
        const signals = readReference(await api.bytes(`/api/v1/blobs/${digest}`));
        if (!gone) setState({ signals, error: undefined });
      } catch (error) {
        if (!gone) setState({ signals: [], error: errorLine(error) });
      }
    };
    void load();
    return () => {
      gone = true;
    };
  }, [api, digest]);
  return state;
}

const NONE = { signals: [], error: undefined };
