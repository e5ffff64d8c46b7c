/** What the local server shows of a running agent; the agent implements it. */
import type { Metric } from '@skerry/proto/prometheus';
import type { ByHand } from '../byhand/byhand.ts';
import type { LaneNumbers } from '../outbox/inspect.ts';
import type { Installer } from '../release/install.ts';
import type { ReleaseTarget } from '../release/slots.ts';

/** What a technician sees first; the names are those of `skerry-agent status --json`. */
export interface AgentStatus {
  agent: string;
  version: string;
  epoch: string;
  uptimeMs: number;
  clock: ClockStatus;
  controlPlane: {
    url: string;
    state: 'connected' | 'unreachable' | 'pending-approval' | 'none';
    lastSyncMs?: number;
    /** Of a metered link: what may pass in an hour, and what may pass now. */
    metered?: { bytesPerHour: number; leftBytes: number };
  };
  pipelines: PipelineStatus[];
  outbox: {
    lane: string;
    pending: number;
    produced: number;
    delivered: number;
    summarized: number;
    evicted: number;
    /** Of the present epoch: where the lane stands, and what of it is not there any more. */
    numbers: LaneNumbers;
  }[];
  outboxBytes: number;
  unclaimed: { topic: string; messages: number }[];
  unclaimedMessages: number;
  alerts: { episode: string; pipeline: string; device: string; since: string; message: string }[];
  messagesReceived: number;
  notices: string[];
}

export interface ClockStatus {
  state: 'confirmed' | 'disputed' | 'unconfirmed' | 'unknown';
  /** What the agent holds the time to be, and what the machine's clock says. */
  time: string;
  machine: string;
  /** How far `time` may be off; absent where nothing says. */
  uncertaintyMs?: number;
  /** How far times of arrival are ahead of it, after a clock was set back. */
  arrivalAheadMs: number;
}

export interface PipelineStatus {
  name: string;
  release: string;
  variant: string;
  backend: string;
  state: string;
  error: string;
  /** A release that people at the device have a say in, and that isn't taken yet. */
  waits?: { release: string; for: 'consent' | 'hold' };
  samples: {
    received: number;
    rejected: Record<string, number>;
    open: number;
    used: number;
    gap: number;
    skipped: number;
  };
  windows: number;
  devices: string[];
  inferUsP95: number;
  /** The release that runs beside it, since this process compares them. */
  shadow?: {
    release: string;
    state: string;
    error: string;
    windows: number;
    errors: number;
    /** Windows that both judged, and of these where they differ. */
    matched: number;
    flips: number;
    /** Left out to stay within the budget. */
    shed: number;
  };
}

export interface LocalView extends Installer {
  ready(): { ok: boolean; why: string };
  status(): AgentStatus;
  /** Newest results first, as results appear on MQTT. */
  recent(limit: number, device?: string): Record<string, unknown>[];
  metrics(): Metric[];
  /** Lets in the release that waits on a pipeline. Throws SkerryError precondition where none does. */
  consent(pipeline: string): Promise<ReleaseTarget>;
  /** Results carried by hand: only for whoever sits at this machine. */
  readonly byHand: ByHand;
}
