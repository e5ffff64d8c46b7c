/** A stage of a rollout. */
export interface StageRef {
  rollout: string;
  stage: number;
  isShadow: boolean;
}

/** Under which the agents of a rollout's stages are kept: those that serve the release, or those that shadow it. */
export function cohortKey({ rollout, isShadow }: Pick<StageRef, 'rollout' | 'isShadow'>): string {
  return isShadow ? `${rollout}/shadow` : rollout;
}
