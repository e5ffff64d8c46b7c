import { Age, Badge, ErrorLine, Facts, PageHead, Section, Stamp, type Tone } from '../components/basics.tsx';
import { EvidenceTable } from '../components/EvidenceTable.tsx';
import { RolloutActions } from '../components/RolloutActions.tsx';
import { Steps } from '../components/Steps.tsx';
import { count, duration, percent, plural } from '../format.ts';
import type { RolloutInfo, StoredDecision } from '../model.ts';
import { href } from '../router.ts';
import { useResource } from '../services.ts';
import { RolloutState } from './Rollouts.tsx';

type FullRollout = RolloutInfo & { decisions: StoredDecision[] };

const VERDICT_TONE: Record<RolloutInfo['gates'][number]['verdict'], Tone> = {
  pass: 'ok',
  hold: 'warn',
  breach: 'alert',
};

/** One rollout: where it stands, on which numbers, what was decided by whom, and what may be done. */
export function Rollout({ id }: { id: string }) {
  const { data: rollout, error } = useResource<FullRollout>(`/api/v1/rollouts/${encodeURIComponent(id)}`, [
    'rollouts',
    'agents',
  ]);
  if (!rollout)
    return (
      <>
        <PageHead title={id} />
        <ErrorLine text={error} />
      </>
    );
  const { release } = rollout;
  return (
    <>
      <PageHead
        title={
          <>
            {rollout.spec.release} <RolloutState rollout={rollout} />
          </>
        }
        note={
          <>
            <a href={href('releases', release.name, release.version)}>release</a> · {id} · by{' '}
            {rollout.createdBy}, <Age ms={rollout.createdMs} />
          </>
        }
      >
        <RolloutActions rollout={rollout} />
      </PageHead>
      <ErrorLine text={error} />
      {rollout.state.name === 'paused' && <p class="warn-text">{rollout.state.why}</p>}
      <Steps rollout={rollout} />
      <div class="halves">
        <Section title="Gates" note="as last judged">
          <Gates rollout={rollout} />
        </Section>
        <Section title="Evidence" note="agents of the frozen stages">
          <Evidence rollout={rollout} />
        </Section>
      </div>
      <EvidenceTable id={id} />
      <Section title="Decisions" note="each with the numbers that it was taken on">
        <Decisions decisions={rollout.decisions} />
      </Section>
      <Section title="As written">
        <Spec rollout={rollout} />
      </Section>
    </>
  );
}

function Gates({ rollout }: { rollout: RolloutInfo }) {
  if (rollout.gates.length === 0) return <p class="quiet">Nothing has been judged yet.</p>;
  return (
    <ul class="gates">
      {rollout.gates.map((gate) => (
        <li key={gate.gate}>
          <Badge tone={gate.smoke ? 'quiet' : VERDICT_TONE[gate.verdict]}>
            {gate.smoke ? 'smoke' : gate.verdict}
          </Badge>
          <b>{gate.gate}</b>
          <span class="quiet num">{gate.text}</span>
        </li>
      ))}
    </ul>
  );
}

function Evidence({ rollout }: { rollout: RolloutInfo }) {
  const { evidence } = rollout;
  if (!evidence) return <p class="quiet">None yet: no agent was given it.</p>;
  const pending = Math.max(0, evidence.members - evidence.reached - evidence.failed);
  return (
    <>
      <div class="reach" aria-hidden="true">
        {evidence.reached > 0 && <span class="ok" style={{ flexGrow: evidence.reached }} />}
        {evidence.failed > 0 && <span class="alert" style={{ flexGrow: evidence.failed }} />}
        {pending > 0 && <span class="quiet" style={{ flexGrow: pending }} />}
      </div>
      <Facts
        of={[
          ['serve it', `${count(evidence.reached)} of ${count(evidence.members)}`],
          ['failed', count(evidence.failed)],
          ['not yet', `${count(pending)}, ${count(evidence.offline)} of all not heard of`],
          ...((evidence.waiting ?? 0) > 0
            ? ([
                ['wait at the device', `${count(evidence.waiting ?? 0)}, for consent or the end of a hold`],
              ] as const)
            : []),
          ['errors', `${count(evidence.errors)} in ${count(evidence.windows)} windows`],
          ['serve it though not given', count(evidence.remaining)],
        ]}
      />
      {evidence.failures.length > 0 && (
        <ul class="failures">
          {evidence.failures.map((f) => (
            <li key={f.agent}>
              <a href={href('agents', f.agent)}>{f.agent}</a> {f.error}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Decisions({ decisions }: { decisions: readonly StoredDecision[] }) {
  if (decisions.length === 0) return <p class="quiet">None yet: it is a draft.</p>;
  return (
    <ol class="log" reversed>
      {decisions
        .map((decision, i) => ({ decision, i }))
        .reverse()
        .map(({ decision, i }) => (
          <li key={i}>
            <Stamp ms={Math.floor(decision.atMs / 1_000) * 1_000} />
            <b>{decision.rule}</b>
            <span class="body">
              <span class="quiet">{decision.who}:</span> {decision.text}
              <span class="quiet">
                {' '}
                {decision.from} → {decision.to}
              </span>
              <Numbers numbers={decision.numbers} />
            </span>
          </li>
        ))}
    </ol>
  );
}

function Numbers({ numbers }: { numbers: StoredDecision['numbers'] }) {
  const { evidence, gates, frozen } = numbers;
  const lines = [
    frozen && `frozen: ${count(frozen.members)} of ${count(frozen.eligible)} eligible agents`,
    ...(gates ?? []).map((g) => `${g.gate} ${g.verdict}: ${g.text}`),
    evidence &&
      `${count(evidence.reached)} of ${count(evidence.members)} serve it, ${count(evidence.failed)} failed, ${count(evidence.offline)} not heard of, ${count(evidence.errors)} errors in ${count(evidence.windows)} windows`,
  ].filter(Boolean);
  if (lines.length === 0) return null;
  return <span class="numbers num quiet">{lines.join(' · ')}</span>;
}

function gatesAsWritten(gates: RolloutInfo['spec']['gates']): string {
  const ratio = (max: number | undefined): string | false => max !== undefined && `${max} times the others'`;
  const bounds = [
    [
      'error rate',
      gates.errorRate?.max !== undefined && percent(gates.errorRate.max),
      ratio(gates.errorRate?.maxRatio),
    ],
    [
      'latency p95',
      gates.latencyP95?.max !== undefined && duration(gates.latencyP95.max),
      ratio(gates.latencyP95?.maxRatio),
    ],
    [
      'alert rate',
      gates.alertRate?.max !== undefined && percent(gates.alertRate.max),
      ratio(gates.alertRate?.maxRatio),
    ],
    ['output drift', gates.outputDrift && `PSI ${gates.outputDrift.psi} beyond the others'`],
    ['silence', `${percent(gates.silence.max)} beyond the others'`],
  ] as const;
  return bounds
    .map(([gate, ...parts]) => [gate, parts.filter(Boolean).join(' and ')] as const)
    .filter(([, bound]) => bound !== '')
    .map(([gate, bound]) => `${gate} at most ${bound}`)
    .join(', ');
}

function Spec({ rollout }: { rollout: RolloutInfo }) {
  const { spec } = rollout;
  return (
    <Facts
      of={[
        ['selector', spec.selector ? <code key="s">{spec.selector}</code> : 'every agent'],
        [
          'control',
          spec.control > 0 ? `${percent(spec.control)} kept out until the last stage` : 'none kept out',
        ],
        ['gates', gatesAsWritten(spec.gates)],
        ['enough', `${plural(spec.minReached, 'agent')} serving it, or all of a smaller stage`],
        ['stalls after', duration(spec.stallAfter)],
        ['on a breach', spec.onBreach === 'revert' ? 'the whole cohort goes back' : 'it pauses'],
      ]}
    />
  );
}
