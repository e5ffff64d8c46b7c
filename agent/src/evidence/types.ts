/** What is known of a release while it serves or shadows (sync.proto, ReleaseEvidence), and how it is told. */
import type { ReleaseManifest } from '@skerry/proto/release';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { VariantOutcome } from '../inference/prepare.ts';
import type { Decided } from '../pipeline/decide.ts';
import type { Inferred } from '../pipeline/types.ts';
import type { StoreOp } from '../ports.ts';

/** `active` serves, `shadow` is run beside it on the same windows. */
export type EvidenceRole = 'active' | 'shadow';

export const WIRE_ROLES: Record<EvidenceRole, skerry.v1.Role> = {
  active: v1.Role.ROLE_ACTIVE,
  shadow: v1.Role.ROLE_SHADOW,
};

/** A release that takes up a role. */
export interface Activation {
  manifest: ReleaseManifest;
  digest: string;
  /** Its drift reference, whose edges its outputs are counted over; left out where it has none. */
  reference?: skerry.v1.IDriftReference | undefined;
  /** How its variants did. */
  outcomes: readonly VariantOutcome[];
  /** What it takes of memory now, bytes; asked once a minute. */
  memoryBytes?: (() => number) | undefined;
  /** Of a shadow: the digest of the release that serves beside it. Another one begins another comparison. */
  champion?: string | undefined;
}

/** Windows that a shadow judged beside the release that serves, or left out. */
export interface ShadowWindows {
  /** Judged by both. */
  matched: number;
  /** Of these: the decision differs. */
  flips: number;
  /** Sum of the distances, and of their squares. */
  distance: number;
  squaredDistance: number;
  /** Left out by the shadow to stay within its budget. */
  shed: number;
}

/** Takes note of what a release does. Cheap: called for every run and every window. */
export interface EvidenceNotes {
  /** From now on the release has the role, with counts from 0; what had it before has not. */
  begin(pipeline: string, role: EvidenceRole, activation: Activation): void;
  /** Nothing has the role any more. */
  end(pipeline: string, role: EvidenceRole): void;
  /** One run over `count` windows. */
  noteRun(
    pipeline: string,
    role: EvidenceRole,
    inferred: Pick<Inferred, 'inferUs' | 'error'>,
    count: number,
  ): void;
  /** One window: what was decided, and the place of its outputs in the batch. */
  noteRow(
    pipeline: string,
    role: EvidenceRole,
    decided: Pick<Decided, 'row' | 'alert'>,
    inferred: Inferred,
    index: number,
  ): void;
  /** Adds to the shadow's comparison. */
  noteShadow(pipeline: string, windows: ShadowWindows): void;
}

/** What is to be written, and what to do once that is durable. */
export interface EvidenceChange {
  ops: readonly StoreOp[];
  committed(): void;
}
