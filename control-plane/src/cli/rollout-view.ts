/** A rollout for people: where it stands, its stages, and why it was decided so. */
import { print } from '@skerry/proto/node/program';
import type { RolloutInfo, StoredDecision } from '../core/fleet/rollouts.ts';
import type { Evidence } from '../core/rollout/rollout.ts';
import type { StageSpec } from '../core/rollout/spec.ts';
import { duration, fields, number, percent, plain, table, time } from './format.ts';

export interface RolloutDetails extends RolloutInfo {
  decisions: StoredDecision[];
}

/** One line: release, state, how far. */
export function statusLine(rollout: RolloutInfo): string {
  const { evidence } = rollout;
  const reach = evidence ? `, ${evidence.reached} of ${evidence.members} agents serve it` : '';
  const trouble = evidence && evidence.failed > 0 ? `, ${evidence.failed} refused it` : '';
  const waiting = evidence ? waitingText(evidence) : '';
  return `${rollout.spec.release}  ${rollout.status}${reach}${trouble}${waiting}`;
}

function waitingText({ waiting = 0 }: Evidence): string {
  return waiting > 0 ? `, ${waiting} wait for people at the device` : '';
}

/** Everything about a rollout. */
export function showRollout(rollout: RolloutDetails): void {
  const { spec, evidence } = rollout;
  fields([
    ['rollout', rollout.id],
    ['release', `${spec.release} (${rollout.release.digest})`],
    ['state', rollout.status],
    ['selector', spec.selector || 'every agent'],
    ['control', spec.control > 0 ? `${percent(spec.control)} kept out until the last stage` : undefined],
    [
      'pace',
      spec.pace &&
        `${spec.pace.agents} agents in the first ${duration(spec.pace.every)}, then ${spec.pace.growth} times as many in each`,
    ],
    [
      'window',
      spec.window &&
        `${timeOfDay(spec.window.from)} to ${timeOfDay(spec.window.to)} at the site (label ${spec.window.zoneLabel})`,
    ],
    ['strata', spec.stratify.length > 0 ? spec.stratify.join(', ') : undefined],
    ['waived', rollout.waived?.map((w) => `${w.gate} by ${w.by}`).join(', ')],
    ['created', `${time(rollout.createdMs)} by ${rollout.createdBy}`],
    [
      'agents',
      evidence
        ? `${evidence.reached} of ${evidence.members} serve it, ${evidence.failed} failed, ${evidence.offline} not heard of${waitingText(evidence)}`
        : undefined,
    ],
  ]);
  print('');
  table(
    ['stage', 'agents', 'soak', 'members', 'eligible', 'entered', ''],
    spec.stages.map((stage, i) => stageRow(rollout, stage, i)),
  );
  if (rollout.gates.length > 0) {
    print('\nGates, as they were last judged');
    table(
      ['gate', 'verdict', 'value', 'bound', ''],
      rollout.gates.map((g) => [
        g.gate,
        g.smoke ? 'smoke' : g.verdict,
        number(g.value),
        number(g.bound),
        g.text,
      ]),
    );
  }
  for (const failure of evidence?.failures ?? []) print(plain(`! ${failure.agent}: ${failure.error}`));
  print('\nDecisions');
  for (const decision of rollout.decisions) showDecision(decision);
}

function timeOfDay(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((n) => `${n}`.padStart(2, '0')).join(':');
}

function stageRow(rollout: RolloutDetails, stage: StageSpec, index: number): string[] {
  const frozen = rollout.frozen.find((f) => f.stage === index);
  return [
    stage.name,
    'share' in stage.agents ? percent(stage.agents.share) : `${stage.agents.count}`,
    stage.soak > 0 ? duration(stage.soak) : '–',
    frozen ? `${frozen.members}` : '–',
    frozen ? `${frozen.eligible}` : '–',
    frozen ? time(frozen.atMs) : '–',
    [
      stage.mode === 'shadow' ? 'beside what serves' : '',
      stage.approval === 'required' ? 'a person approves' : '',
    ]
      .filter((text) => text !== '')
      .join(', '),
  ];
}

function showDecision(decision: StoredDecision): void {
  const move = decision.from === decision.to ? decision.to : `${decision.from} → ${decision.to}`;
  print(plain(`${time(decision.atMs)}  ${decision.who}  ${decision.rule}: ${decision.text}  [${move}]`));
  const { evidence, gates } = decision.numbers;
  if (evidence)
    print(
      `    ${evidence.reached} of ${evidence.members} serve it, ${evidence.failed} failed, ${evidence.offline} offline, ${evidence.errors} errors in ${evidence.windows} windows`,
    );
  for (const g of gates ?? [])
    print(
      plain(
        `    gate ${g.gate}: ${g.smoke ? 'smoke' : g.verdict}, ${number(g.value)} against ${number(g.bound)}; ${g.text}`,
      ),
    );
}
