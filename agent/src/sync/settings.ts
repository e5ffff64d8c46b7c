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
  /** For an answer; what a request takes on the slowest link comes on top (http.ts). */
  timeoutMs: number;
  /** How long an exchange should take: requests are as large as the link carries in it (request-size.ts). */
  targetMs: number;
  /** How long an alert waits for results under way before they are broken off, to be sent again after it. */
  patienceMs: number;
  maxRequestBytes: number;
  startRequestBytes: number;
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
  targetMs: 3_000,
  patienceMs: 5_000,
  startRequestBytes: 128 * 1024,
  minRequestBytes: 16 * 1024,
  maxResponseBytes: 4 * 1024 * 1024,
  backoff: DEFAULT_BACKOFF,
};
