import { type BackoffPolicy, DEFAULT_BACKOFF } from './backoff.ts';
import { DEFAULT_LIMITS } from './session.ts';

/** How sync paces itself, and its bounds. */
export interface SyncSettings {
  /** Between exchanges where the server doesn't say; spread by a tenth. */
  intervalMs: number;
  /** Bounds of what the server may ask for. */
  minIntervalMs: number;
  maxIntervalMs: number;
  /** Wakes and alerts within it make one exchange. */
  coalesceMs: number;
  timeoutMs: number;
  /** Halved, down to minRequestBytes, whenever the server finds a request too large (413). */
  maxRequestBytes: number;
  minRequestBytes: number;
  maxSketches: number;
  maxResponseBytes: number;
  backoff: BackoffPolicy;
}

export const DEFAULT_SYNC: SyncSettings = {
  ...DEFAULT_LIMITS,
  intervalMs: 30_000,
  minIntervalMs: 200,
  maxIntervalMs: 3_600_000,
  coalesceMs: 50,
  timeoutMs: 30_000,
  minRequestBytes: 64 * 1024,
  maxResponseBytes: 4 * 1024 * 1024,
  backoff: DEFAULT_BACKOFF,
};
