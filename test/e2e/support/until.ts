import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it. Rejects after `deadlineMs`
 * with what was awaited and the last answer's error, and at once where asking itself throws.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 30_000,
): Promise<T> {
  const endMs = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() >= endMs) throw new Error(`waited ${deadlineMs / 1_000} s in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
