import { count, duration, percent } from '../format.ts';
import type { RolloutInfo } from '../model.ts';

type StepState = 'done' | 'now' | 'ahead' | 'kept' | 'back';

/** A rollout's stages in their order, each with its size as it was frozen. */
export function Steps({ rollout, small = false }: { rollout: RolloutInfo; small?: boolean }) {
  return (
    <ol class={`steps ${small ? 'small' : ''}`} aria-label="Stages">
      {rollout.spec.stages.map((stage, i) => {
        const state = stepState(rollout, i);
        const frozen = rollout.frozen.find((f) => f.stage === i);
        const size = 'share' in stage.agents ? percent(stage.agents.share) : count(stage.agents.count);
        return (
          <li key={stage.name} class={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span class="name">{stage.name}</span>
            {!small && (
              <>
                <span class="size num">
                  {frozen ? `${count(frozen.members)} of ${count(frozen.eligible)}` : size}
                </span>
                <span class="quiet">{note(stage, frozen !== undefined, size)}</span>
                <span class="phase">{phase(rollout, i, state)}</span>
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function note(stage: RolloutInfo['spec']['stages'][number], frozen: boolean, size: string): string {
  return [
    stage.mode === 'shadow' && 'beside what serves',
    frozen ? `${size} planned` : 'not frozen yet',
    stage.soak > 0 && `soak ${duration(stage.soak)}`,
    stage.approval && 'approval',
  ]
    .filter(Boolean)
    .join(', ');
}

/** Where the rollout stands: index of its stage, undefined before and after. */
function currentStage({ state }: RolloutInfo): number | undefined {
  switch (state.name) {
    case 'running':
      return state.stage;
    case 'paused':
    case 'stalled':
      return state.was.stage;
    default:
      return undefined;
  }
}

function stepState(rollout: RolloutInfo, stage: number): StepState {
  const current = currentStage(rollout);
  const frozen = rollout.frozen.some((f) => f.stage === stage);
  if (current !== undefined) return stage < current ? 'done' : stage === current ? 'now' : 'ahead';
  switch (rollout.state.name) {
    case 'completed':
      return 'done';
    case 'reverting':
    case 'reverted':
      return frozen ? 'back' : 'ahead';
    case 'aborted':
      return frozen ? 'kept' : 'ahead';
    default:
      return 'ahead';
  }
}

function phase(rollout: RolloutInfo, stage: number, state: StepState): string {
  const { state: at } = rollout;
  switch (state) {
    case 'done':
      return 'passed';
    case 'ahead':
      return '';
    case 'kept':
      return 'stopped, kept';
    case 'back':
      return at.name === 'reverting' ? 'being taken back' : 'taken back';
    case 'now':
      return at.name === 'running' && at.stage === stage ? at.phase.replace('-', ' ') : at.name;
  }
}
