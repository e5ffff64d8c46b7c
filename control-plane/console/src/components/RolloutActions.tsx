import { useState } from 'preact/hooks';
import type { Verb } from '../../../src/core/rollout/operate.ts';
import { count, percent, plural } from '../format.ts';
import type { RolloutInfo } from '../model.ts';
import { useIdentity, useServices } from '../services.ts';
import { allows, type Role } from '../session.ts';
import { Confirm } from './Confirm.tsx';

/** The order in which buttons stand: what goes forward first, what takes back last. */
const VERBS: readonly Verb[] = ['start', 'approve', 'resume', 'promote', 'pause', 'abort', 'revert'];
const FORWARD: readonly Verb[] = ['start', 'approve', 'resume'];

function leastRole(verb: Verb): Role {
  return verb === 'approve' ? 'approver' : 'operator';
}

/** The verbs that a rollout's state allows; the server has the last word. */
function allowedVerbs({ state }: RolloutInfo): readonly Verb[] {
  switch (state.name) {
    case 'draft':
      return ['start', 'abort'];
    case 'pending-approval':
      return ['approve', 'abort'];
    case 'running':
      return state.phase === 'awaiting-approval'
        ? ['approve', 'pause', 'abort', 'revert']
        : ['promote', 'pause', 'abort', 'revert'];
    case 'paused':
      return ['resume', 'abort', 'revert'];
    case 'stalled':
      return ['resume', 'promote', 'abort', 'revert'];
    case 'completed':
    case 'aborted':
      return ['revert'];
    case 'reverting':
    case 'reverted':
      return [];
  }
}

/** Buttons for what the state and the role allow; each asks first and says what will happen. */
export function RolloutActions({ rollout }: { rollout: RolloutInfo }) {
  const { api, resources } = useServices();
  const { role } = useIdentity();
  const [asking, setAsking] = useState<Verb>();
  const allowed = allowedVerbs(rollout);
  const verbs = VERBS.filter((verb) => allowed.includes(verb));
  const mine = verbs.filter((verb) => allows(role, leastRole(verb)));
  const others = verbs.filter((verb) => !mine.includes(verb));
  return (
    <div class="actions">
      {mine.map((verb) => (
        <button
          key={verb}
          type="button"
          class={FORWARD.includes(verb) ? 'primary' : verb === 'revert' ? 'danger-quiet' : ''}
          onClick={() => setAsking(verb)}
        >
          {capital(verb)}
        </button>
      ))}
      {others.length > 0 && (
        <span class="quiet">
          {others.join(', ')}: needs the role {leastRole(others[0]!)}
        </span>
      )}
      {asking && (
        <Confirm
          title={`${capital(asking)} ${rollout.spec.release}?`}
          verb={capital(asking)}
          danger={asking === 'revert' || asking === 'abort'}
          onClose={() => setAsking(undefined)}
          act={async () => {
            await api.post(`/api/v1/rollouts/${encodeURIComponent(rollout.id)}/${asking}`);
            resources.changed('rollouts');
          }}
        >
          <p>{whatHappens(rollout, asking)}</p>
        </Confirm>
      )}
    </div>
  );
}

/** What a verb will do to whom, in numbers. */
export function whatHappens(rollout: RolloutInfo, verb: Verb): string {
  const { release } = rollout.spec;
  const given = plural(rollout.frozen.at(-1)?.members ?? 0, 'agent');
  switch (verb) {
    case 'start':
      return rollout.spec.approval === 'required'
        ? 'It then waits for an approver; no agent is touched before that.'
        : startText(rollout);
    case 'approve':
      return rollout.state.name === 'pending-approval' ? startText(rollout) : nextText(rollout);
    case 'promote':
      return `Ends this stage's soak now, as if it had passed. ${nextText(rollout)}`;
    case 'pause':
      return `No further agent is given ${release}. The ${given} that were given it keep it, and the soak clock stops until it is resumed.`;
    case 'resume':
      return 'It goes on in the stage where it stopped. The pause does not count as soak, and the stall deadline begins anew.';
    case 'abort':
      return `Stops for good: the ${given} that were given ${release} keep it, nobody else gets it, and this rollout cannot be resumed.`;
    case 'revert':
      return `Takes ${release} back from all ${given} that were given it, those where it works included. Each goes back to its previous release as soon as it is heard of; those that are offline, when they return.`;
  }
}

function startText(rollout: RolloutInfo): string {
  const first = rollout.spec.stages[0]!;
  const whom = rollout.spec.selector ? `the agents that match ${rollout.spec.selector}` : 'all agents';
  if (first.mode === 'shadow')
    return `Freezes the stage "${first.name}", ${sizeText(rollout, 0)} of ${whom} that can run shadows, and lets them run ${rollout.spec.release} beside what serves now. Nothing that it says is published.`;
  return `Freezes the stage "${first.name}", ${sizeText(rollout, 0)} of ${whom}, and gives them ${rollout.spec.release}. Each keeps what serves now until the new release has passed its golden vectors there.`;
}

function nextText(rollout: RolloutInfo): string {
  const { state } = rollout;
  const stage = state.name === 'running' ? state.stage : state.name === 'stalled' ? state.was.stage : 0;
  const next = rollout.spec.stages[stage + 1];
  if (!next)
    return 'It was the last stage: the rollout is complete, and agents that enrol later get this release too.';
  if (next.mode === 'shadow')
    return `The rollout goes on to the stage "${next.name}": ${sizeText(rollout, stage + 1)} of the agents that can run shadows run it beside what serves.`;
  return `The rollout widens to the stage "${next.name}": ${sizeText(rollout, stage + 1)} of the eligible agents.`;
}

function sizeText(rollout: RolloutInfo, stage: number): string {
  const { agents } = rollout.spec.stages[stage]!;
  return 'share' in agents ? percent(agents.share) : count(agents.count);
}

function capital(verb: string): string {
  return verb[0]!.toUpperCase() + verb.slice(1);
}
