/** When evidence goes along with an exchange: it is the same for a while, and bytes may cost money. */
import type { skerry } from '@skerry/proto/wire';

export interface TellingOptions {
  /** What is known is told at most so often, unless there are news. */
  everyMs: number;
  /** Counts up with news (book.ts). */
  news: () => number;
  nowMs: () => number;
  /** When an exchange went well last, monotonic. */
  lastOkMs: () => number | undefined;
  /** Whose desired state the agent holds: one that was restored may know nothing. */
  instance: () => string;
}

export class Telling {
  readonly #options: TellingOptions;
  #told: { atMs: number; news: number; instance: string } | undefined;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** The report as it goes out: without evidence where what was told and received still will do. */
  sparing(reported: skerry.v1.IReported): skerry.v1.IReported {
    const { everyMs, news, nowMs, lastOkMs, instance } = this.#options;
    const now = { atMs: nowMs(), news: news(), instance: instance() };
    const told = this.#told;
    const wasReceived = told !== undefined && (lastOkMs() ?? Number.NEGATIVE_INFINITY) >= told.atMs;
    const isSame = told?.news === now.news && told.instance === now.instance;
    if (wasReceived && isSame && now.atMs - told.atMs < everyMs)
      return { ...reported, evidence: [], evidenceUnsaid: true };
    this.#told = now;
    return reported;
  }
}
