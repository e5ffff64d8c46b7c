/** What is asked of the keeper of shadows, and what that asks of the agent. */
import type { EffectivePolicy } from '@skerry/proto/policy';
import type { AgentConfig } from '../config.ts';
import type { EvidenceNotes } from '../evidence/types.ts';
import type { Engine } from '../inference/engine.ts';
import type { VariantOutcome } from '../inference/prepare.ts';
import type { Lane } from '../lane.ts';
import type { Ports } from '../ports.ts';
import type { Releases } from '../release/releases.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import type { Shadow } from './shadow.ts';

/** What is wished for beside what serves. */
export interface ShadowWish {
  target: ReleaseTarget;
  /** It decides with the thresholds that it would serve with. */
  policy: EffectivePolicy | undefined;
  policyGeneration: number;
}

export interface ShadowStatus {
  target: ReleaseTarget;
  state: 'fetching' | 'verifying' | 'active' | 'failed';
  error: string | undefined;
  outcomes: readonly VariantOutcome[];
  variant: string;
  backend: string;
  counts: ReturnType<Shadow['counts']> | undefined;
}

export interface ShadowsOptions {
  ports: Pick<
    Ports,
    'store' | 'blobs' | 'crypto' | 'clock' | 'timers' | 'random' | 'log' | 'crashPoint' | 'machineBoot'
  >;
  agentId: string;
  lanes: ReadonlyMap<string, Pick<Lane, 'pipeline' | 'shadow' | 'capture'>>;
  engine: Pick<Engine, 'prepareShadow' | 'serving'>;
  releases: Pick<Releases, 'exclusively' | 'apply'>;
  obtain(pipeline: string, target: ReleaseTarget): Promise<void>;
  evidence: EvidenceNotes;
  isBusy: () => boolean;
  config: Pick<AgentConfig, 'inference' | 'limits'>;
  /** What is reported has changed. */
  onChange: () => void;
}
