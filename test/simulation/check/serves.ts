/**
 * Invariant 5: an agent with a failing candidate serves its previous release, and an agent without a network serves what
 * it has. So a release that has served once serves at every later moment at which its agent runs.
 */
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'invariant 5 (what has served goes on serving)';

export interface ServeCheck {
  /** What serves now, empty for nothing. Called at every start of the agent and every few seconds while it runs. */
  look(release: string): void;
  /** The agent has said why it may serve nothing. */
  excuse(): void;
}

/** A checker for one agent. `able` are the releases that can serve. */
export function createServeCheck(world: World, agent: string, able: readonly string[]): ServeCheck {
  let hasServed = false;
  let excused = false;
  const fail = (message: string): void => world.fail(new InvariantBroken(INVARIANT, `${agent} ${message}`));
  return {
    look(release) {
      if (release !== '' && !able.includes(release)) fail(`serves ${release}, which can't work`);
      if (release === '' && hasServed && !excused) fail('has served and serves nothing');
      hasServed ||= release !== '';
    },
    excuse() {
      excused = true;
    },
  };
}
