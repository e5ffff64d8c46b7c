/** What the page and its worker say to each other. */

export type ToWorker =
  /** Once: the text of agent.yaml. */
  | { kind: 'start'; config: string }
  /** A GET of one of the agent's own endpoints (local/app.ts). */
  | { kind: 'ask'; id: number; path: string };

export type FromWorker =
  | { kind: 'started'; agent: string }
  /** It can't start, or processing can't go on. */
  | { kind: 'failed'; message: string; hint: string; again: boolean }
  | { kind: 'answer'; id: number; status: number; body: string };
