import type { ComponentChildren } from 'preact';
import type { ShownArm } from '../../../src/core/evidence-view.ts';
import { metricText, SHOWN_METRIC_NAMES, SHOWN_METRICS } from '../../../src/core/shown-metrics.ts';
import type { RolloutEvidence } from '../../../src/routes/evidence.ts';
import { count, shortDigest, value } from '../format.ts';
import { useResource } from '../services.ts';
import { ErrorLine, Section } from './basics.tsx';
import { type Column, Table } from './Table.tsx';

interface Row {
  label: string;
  cell: (arm: ShownArm) => ComponentChildren;
}

const COUNTED: readonly Row[] = [
  { label: 'agents', cell: (arm) => count(arm.agents) },
  { label: 'windows', cell: (arm) => count(arm.totals.windows) },
];
const OUTCOMES: readonly Row[] = [
  { label: 'golden vectors failed', cell: (arm) => count(arm.totals.goldenFailed) },
  {
    label: 'gave it back',
    cell: ({ reversions: { verified, unsigned, bad } }) =>
      bad > 0 ? `${verified + unsigned}, ${bad} not believed` : count(verified + unsigned),
  },
];

/** The arms of a rollout beside each other: per metric the mean over agents, and how many agents have one. */
export function EvidenceTable({ id }: { id: string }) {
  const { data, error } = useResource<RolloutEvidence>(
    `/api/v1/rollouts/${encodeURIComponent(id)}/evidence`,
    ['rollouts', 'agents'],
  );
  if (!data) return error === undefined ? null : <ErrorLine text={error} />;
  if (data.arms.length === 0) return null;
  const { arms, outputs, stage } = data;
  return (
    <Section title="Compared" note={`since ${stage} was entered; mean over agents, and how many`}>
      <Table
        label="Evidence by metric"
        columns={columnsOf(arms)}
        rows={rowsOf(arms)}
        keyOf={(row) => row.label}
      />
      {outputs.map((o) => (
        <p class="quiet" key={`${o.output} ${o.against}`}>
          {o.output} against {o.against}:{' '}
          {o.psi === null
            ? `not comparable, ${o.note}`
            : `PSI ${value(o.psi)}, ${value(o.psiExcess ?? 0)} of it beyond chance (${count(o.windows)} v ${count(o.againstWindows)} windows; information, no test)`}
        </p>
      ))}
    </Section>
  );
}

function rowsOf(arms: readonly ShownArm[]): Row[] {
  const metrics = SHOWN_METRIC_NAMES.filter((metric) => arms.some((arm) => arm.metrics[metric]));
  return [
    ...COUNTED,
    ...metrics.map(
      (metric): Row => ({
        label: SHOWN_METRICS[metric].label,
        cell(arm) {
          const held = arm.metrics[metric];
          return held ? `${metricText(metric, held.mean)} (${count(held.agents)})` : '–';
        },
      }),
    ),
    ...OUTCOMES,
  ];
}

function columnsOf(arms: readonly ShownArm[]): Column<Row>[] {
  return [
    { head: 'metric', cell: (row) => row.label, wide: true },
    ...arms.map(
      (arm): Column<Row> => ({
        head: `${arm.arm}: ${arm.release.startsWith('sha256:') ? shortDigest(arm.release) : arm.release}`,
        cell: (row) => row.cell(arm),
        num: true,
      }),
    ),
  ];
}
