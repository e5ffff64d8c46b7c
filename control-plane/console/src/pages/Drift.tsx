import { useState } from 'preact/hooks';
import type { PolicyInfo } from '../../../src/core/fleet/policies.ts';
import { Badge, Empty, ErrorLine, PageHead, Section, type Tone } from '../components/basics.tsx';
import { ExcessScale } from '../components/ExcessScale.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { Histogram } from '../components/Histogram.tsx';
import { marksOf, meaning, mergedExcess, useReference, worstLevel } from '../drift.ts';
import { count, plural, stamp } from '../format.ts';
import { type DiagnosedDrift, type Page, type ReleaseInfo, useRelease } from '../model.ts';
import { href } from '../router.ts';
import { useResource } from '../services.ts';

const LEVEL_TONE: Record<string, Tone> = { ok: 'ok', warn: 'warn', alert: 'alert', learning: 'quiet' };

/** How far what the devices see has moved from what the release was made on: per pipeline and signal. */
export function Drift() {
  const [filter, setFilter] = useState('');
  const drift = useResource<Page<DiagnosedDrift>>('/api/v1/drift', ['drift']);
  const releases = useResource<Page<ReleaseInfo>>('/api/v1/releases', ['releases']);
  const policies = useResource<Page<PolicyInfo>>('/api/v1/policies', ['policies']);
  const found = (drift.data?.items ?? []).filter((s) => matches(filter, s.pipeline, s.signal, worstLevel(s)));
  const groups = Map.groupBy(found, (s) => `${s.pipeline} ${s.releaseDigest}`);
  return (
    <>
      <PageHead
        title="Drift"
        note="psi excess: what is left of the population stability index after sampling noise; each dot is a device"
      >
        <Filter value={filter} onChange={setFilter} hint="pipeline, signal, level" />
      </PageHead>
      <ErrorLine text={drift.error ?? releases.error} />
      {drift.data?.items.length === 0 && (
        <Empty
          command={'skerry-model profile my-model --data healthy.csv\nskerry policy apply -f policy.yaml'}
        >
          No sketch has arrived. A release whose model.yaml names a drift reference sends one per window of
          time:
        </Empty>
      )}
      {[...groups].map(([key, signals]) => (
        <DriftGroup
          key={key}
          signals={signals}
          release={releases.data?.items.find((r) => r.digest === signals[0]?.releaseDigest)}
          policies={policies.data?.items ?? []}
        />
      ))}
    </>
  );
}

function DriftGroup({
  signals,
  release,
  policies,
}: {
  signals: readonly DiagnosedDrift[];
  release: ReleaseInfo | undefined;
  policies: readonly PolicyInfo[];
}) {
  const details = useRelease(release && `${release.name}@${release.version}`);
  const reference = useReference(details.data);
  return (
    <Section
      title={signals[0]!.pipeline}
      note={
        release ? (
          <a href={href('releases', release.name, release.version)}>{`${release.name}@${release.version}`}</a>
        ) : (
          'a release that this control plane does not hold'
        )
      }
    >
      <ErrorLine text={reference.error} />
      <ul class="drift">
        {signals.map((signal) => {
          const marks = marksOf(details.data, policies, signal.isOutput);
          const healthy = reference.signals.find(
            (r) => r.name === signal.signal && r.isOutput === signal.isOutput,
          );
          const excess = mergedExcess(signal, healthy);
          const level = worstLevel(signal);
          return (
            <li key={`${signal.signal} ${signal.isOutput}`}>
              <div class="who">
                <b>{signal.signal}</b>
                <span class="quiet">{signal.isOutput ? 'output' : 'input'}</span>
              </div>
              <Badge tone={LEVEL_TONE[level] ?? 'quiet'}>{level}</Badge>
              <div class="all num">
                <b>{excess === undefined ? '–' : signed(excess)}</b>
                <span class="quiet">all together</span>
              </div>
              <div class="scale">
                <ExcessScale devices={signal.devices} warn={marks.warn} alert={marks.alert} />
                <span class="quiet">
                  {plural(signal.devices.length, 'device')}; marks by {marks.by}
                </span>
              </div>
              <div class="bins">
                <Histogram reference={healthy?.counts} current={signal.counts} label={signal.signal} />
                <span class="quiet num">{span(signal)}</span>
              </div>
              {meaning(signal) && <p class="meaning quiet">{meaning(signal)}</p>}
            </li>
          );
        })}
      </ul>
      <p class="legend quiet">
        <span class="swatch now" /> now <span class="swatch healthy" /> reference, per bin of equal share in
        the reference
      </p>
    </Section>
  );
}

/** Three digits behind the point; excess below zero is less than noise alone would give. */
function signed(excess: number): string {
  const text = Math.abs(excess).toFixed(3);
  return excess < 0 && Number(text) > 0 ? `\u2212${text}` : text;
}

function span(signal: DiagnosedDrift): string {
  const last = Math.max(...signal.devices.map((d) => d.toUs)) / 1_000;
  return `${count(signal.n)} samples, to ${stamp(Math.floor(last / 1_000) * 1_000)}`;
}
