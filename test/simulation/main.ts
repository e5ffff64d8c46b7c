/**
 * `pnpm sim`: lives the histories of seeds until one breaks an invariant; that one can be lived again exactly.
 * `pnpm sim offline`: one gateway alone for a week (offline.ts).
 * `pnpm sim rollout`: what a rollout file does with good and defective releases (rollout.ts).
 */

import { USAGE as OFFLINE, offlineCommand } from './offline-command.ts';
import { USAGE as ROLLOUT, rolloutCommand } from './rollout-command.ts';
import { USAGE as FLEET, fleetCommand } from './seeds-command.ts';

async function main(argv: readonly string[]): Promise<number> {
  // pnpm hands its own separator on.
  const args = argv.filter((arg) => arg !== '--');
  if (args.includes('--help')) {
    process.stdout.write(`${FLEET}\n${OFFLINE}\n${ROLLOUT}\n`);
    return 0;
  }
  if (args[0] === 'rollout') return rolloutCommand(args.slice(1));
  return args[0] === 'offline' ? offlineCommand(args.slice(1)) : fleetCommand(args);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
