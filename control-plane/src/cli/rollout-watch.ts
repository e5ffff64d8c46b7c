import { SkerryError } from '@skerry/proto/errors';
import { EXIT, print } from '@skerry/proto/node/program';
import { plain, time } from './format.ts';
import { type RolloutDetails, statusLine } from './rollout-view.ts';
import type { Session } from './session.ts';

/**
 * Follows a rollout: a line for every new decision and, where they change, the numbers. Ends with exit code 0 where it
 * completed, 1 where it was reverted, aborted or stalled, 21 where it waits for a person. A server that is away for a
 * while is waited for. With `--json`, one document per change.
 */
export async function watchRollout(
  session: Session,
  fetchOnce: () => Promise<RolloutDetails>,
  intervalMs: number,
): Promise<void> {
  let known = 0;
  let lastLine = '';
  for (;;) {
    const rollout = await fetchOnce().catch((error: unknown) => {
      if (error instanceof SkerryError && error.code === 'unavailable') return undefined;
      throw error;
    });
    const line = rollout ? statusLine(rollout) : 'the control plane is away; asking again';
    const fresh = (rollout?.decisions ?? []).slice(known);
    if (session.json) {
      if (rollout && (fresh.length > 0 || line !== lastLine)) print(JSON.stringify(rollout));
    } else {
      for (const d of fresh) print(plain(`${time(d.atMs)}  ${d.who}  ${d.rule}: ${d.text}  [${d.to}]`));
      if (line !== lastLine) print(plain(line));
    }
    lastLine = line;
    known = rollout?.decisions.length ?? known;
    const code = rollout && endsWith(rollout);
    if (code !== undefined) {
      process.exitCode = code;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

function endsWith({ state }: RolloutDetails): number | undefined {
  switch (state.name) {
    case 'completed':
      return EXIT.done;
    case 'reverted':
    case 'aborted':
    case 'stalled':
      return EXIT.failed;
    case 'draft':
    case 'pending-approval':
    case 'paused':
      return EXIT.tryAgain;
    case 'running':
      return state.phase === 'awaiting-approval' ? EXIT.tryAgain : undefined;
    case 'reverting':
      return undefined;
  }
}
