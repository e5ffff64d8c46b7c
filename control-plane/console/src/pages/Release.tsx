import { Age, Badge, Digest, ErrorLine, Facts, PageHead, Section } from '../components/basics.tsx';
import { Table } from '../components/Table.tsx';
import { bytes, duration, percent } from '../format.ts';
import { type AgentInfo, type Page, query, type ReleaseDetails, useRelease } from '../model.ts';
import { href } from '../router.ts';
import { useResource } from '../services.ts';
import { AgentState } from './Agents.tsx';

/** One release: what it takes, what it gives, what it promises, where it serves. */
export function Release({ name, version }: { name: string; version: string }) {
  const { data: release, error } = useRelease(`${name}@${version}`);
  const agents = useResource<Page<AgentInfo>>(query('agents', { limit: 500 }), ['agents']);
  const serving = (agents.data?.items ?? []).filter((a) =>
    a.pipelines.some((p) => p.releaseDigest === release?.digest || p.tryingDigest === release?.digest),
  );
  return (
    <>
      <PageHead
        title={
          <>
            {name}@{version} {release?.yankedMs && <Badge tone="alert">yanked</Badge>}
          </>
        }
        note={
          release && (
            <>
              {release.manifest.description} <Digest value={release.digest} />
            </>
          )
        }
      />
      <ErrorLine text={error} />
      {release && <Contract release={release} />}
      <Section title="Serves on">
        {serving.length === 0 ? (
          <p class="quiet">No agent. A rollout brings it to some: skerry rollout create -f rollout.yaml</p>
        ) : (
          <Table
            label="Agents with this release"
            rows={serving}
            keyOf={(a) => a.id}
            columns={[
              { head: 'Agent', cell: (a) => <a href={href('agents', a.id)}>{a.id}</a>, sort: (a) => a.id },
              { head: 'State', cell: (a) => <AgentState agent={a} /> },
              {
                head: 'Pipelines',
                cell: (a) => <Slots agent={a} digest={release?.digest ?? ''} />,
                wide: true,
              },
            ]}
          />
        )}
      </Section>
      {release && (
        <Section title="Files" note="each under its own digest, all under one signature">
          <Table
            label="Files"
            rows={release.files}
            keyOf={(f) => f.path}
            columns={[
              { head: 'File', cell: (f) => <code>{f.path}</code>, sort: (f) => f.path, wide: true },
              { head: 'Size', cell: (f) => bytes(f.sizeBytes), sort: (f) => f.sizeBytes, num: true },
              { head: 'Digest', cell: (f) => <Digest value={f.digest} /> },
            ]}
          />
        </Section>
      )}
    </>
  );
}

function Slots({ agent, digest }: { agent: AgentInfo; digest: string }) {
  return (
    <>
      {agent.pipelines
        .filter((p) => p.releaseDigest === digest || p.tryingDigest === digest)
        .map((p) => (
          <span key={p.name} class="slot">
            {p.name}: {p.releaseDigest === digest ? `serves, ${p.variant} on ${p.backend}` : p.state}{' '}
          </span>
        ))}
    </>
  );
}

function Contract({ release }: { release: ReleaseDetails }) {
  const { manifest: m } = release;
  const { window: w, limits } = m;
  const rate = w.rate === 'any' ? 'any rate' : `${w.rate} Hz`;
  return (
    <div class="halves">
      <Section title="Takes">
        <Facts
          of={[
            ['window', `${w.length} samples at ${rate}, a new one every ${w.hop}`],
            [
              'missing',
              `${w.missing}, gaps up to ${duration(w.maxGap)}; ${duration(w.lateness)} late at most`,
            ],
            ...w.channels.map(
              (c) =>
                [
                  c.name,
                  `${c.unit || 'no unit'}${c.range ? `, ${c.range[0]} to ${c.range[1]}` : ''}`,
                ] as const,
            ),
          ]}
        />
      </Section>
      <Section title="Gives">
        <Facts
          of={[
            ...m.output.map(
              (o) =>
                [
                  o.name,
                  o.threshold === undefined
                    ? o.kind
                    : `${o.kind}, alerts past ${o.threshold} for ${o.sustain} in a row`,
                ] as const,
            ),
            ['variants', m.variants.map((v) => `${v.name} (${v.precision})`).join(', ')],
            [
              'golden vectors',
              m.golden ? `within ${m.golden.rtol} relative, ${m.golden.atol} absolute` : 'none',
            ],
          ]}
        />
      </Section>
      <Section title="Promises">
        <Facts
          of={[
            [
              'latency p95',
              limits.latencyP95 === undefined ? 'no limit' : `at most ${duration(limits.latencyP95)}`,
            ],
            ['memory', limits.memory === undefined ? 'no limit' : `at most ${bytes(limits.memory)}`],
            ['errors', limits.errorRate === undefined ? 'no limit' : `at most ${percent(limits.errorRate)}`],
            ['licence', m.license || 'not stated'],
          ]}
        />
      </Section>
      <Section title="Comes from">
        <Facts
          of={[
            ['pushed', <Age key="p" ms={release.pushedMs} />],
            ['signed and pushed by', release.pushedBy],
            ...Object.entries(m.provenance).map(([key, v]) => [key, provenance(v)] as const),
          ]}
        />
      </Section>
    </div>
  );
}

function provenance(v: unknown): string {
  return typeof v === 'string' ? v : JSON.stringify(v).replaceAll(/[{}"]/g, '').replaceAll(',', ', ');
}
