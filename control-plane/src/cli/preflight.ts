/** `skerry preflight`: which agents a release would fail on, before the first byte is sent. */
import { SkerryError } from '@skerry/proto/errors';
import { type Command, EXIT, print } from '@skerry/proto/node/program';
import { parseReleaseRef } from '@skerry/proto/version';
import type { Preflight } from '../core/shard/preflight.ts';
import { plain, table } from './format.ts';
import { action } from './session.ts';

/** Adds `preflight`. */
export function addPreflightCommand(program: Command): void {
  program
    .command('preflight')
    .description('which agents a release would fail on, and why, from what they report')
    .argument('<release>', 'NAME@VERSION')
    .option('--selector <selector>', 'only agents that match')
    .option('--shadow', 'as a rollout with a shadow stage would find it')
    .addHelpText(
      'after',
      '\nEnds with 1 where it would fail on any agent.\n\nExample:\n  skerry preflight press-vibration@1.3.0 --selector site==oslo',
    )
    .action(
      action<{ selector?: string; shadow?: boolean }>(async (session, [release], { selector, shadow }) => {
        const { name, version } = parseReleaseRef(release!);
        if (version === undefined)
          throw new SkerryError('invalid', `"${release}" names no version`, { hint: 'write NAME@VERSION' });
        const path = `api/v1/releases/${encodeURIComponent(name)}/${encodeURIComponent(version)}/preflight`;
        const found = await session.client.json<Preflight>('GET', path, {
          query: { selector, shadow: shadow ? 'true' : undefined },
        });
        session.show(found, () => showPreflight(release!, found));
        if (found.failing > 0) process.exitCode = EXIT.failed;
      }),
    );
}

function showPreflight(release: string, found: Preflight): void {
  print(
    `${release} would reach ${found.eligible} agents: it would fail on ${found.failing}, ${found.warned} more have a warning, ${found.offline} weren't heard of lately`,
  );
  if (found.findings.length === 0) return;
  table(
    ['agent', 'pipeline', '', 'why'],
    found.findings.map((f) => [f.agent, f.pipeline, f.verdict, plain(f.reason)]),
  );
}
