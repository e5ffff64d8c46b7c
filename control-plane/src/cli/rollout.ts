/** `skerry rollout`: moves a release over the fleet, stage by stage. */
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import type { RolloutInfo, StoredDecision } from '../core/fleet/rollouts.ts';
import { VERBS, type Verb } from '../core/rollout/operate.ts';
import type { RolloutEvidence } from '../routes/evidence.ts';
import { showRolloutEvidence } from './evidence.ts';
import { postDocument } from './files.ts';
import { table, time } from './format.ts';
import { type RolloutDetails, showRollout, statusLine } from './rollout-view.ts';
import { watchRollout } from './rollout-watch.ts';
import { action, type Session, wholeNumber } from './session.ts';

const WHAT: Readonly<Record<Verb, [description: string, done: string]>> = {
  start: ['begin a draft', 'is started'],
  pause: ['stop widening; who has the release keeps it', 'is paused'],
  resume: ['go on after a pause or a stall', 'goes on'],
  approve: ['let it past what waits for a person', 'is approved'],
  promote: ["end this stage's soak and go on", 'is promoted'],
  abort: ['stop for good; who has the release keeps it', 'is aborted'],
  revert: ['take the release back from every agent', 'is being reverted'],
};

/** Adds `rollout create|ls|show|watch` and the verbs. */
export function addRolloutCommands(program: Command): void {
  const rollout = program.command('rollout').description('rollouts: move a release over the fleet in stages');
  rollout
    .command('create')
    .description('make a rollout from rollout.yaml')
    .requiredOption('-f, --file <file>', 'rollout.yaml, or - for stdin')
    .option('--start', 'start it at once')
    .addHelpText(
      'after',
      '\nExamples:\n  skerry rollout create -f rollout.yaml\n  skerry rollout create -f rollout.yaml --start',
    )
    .action(
      action<{ file: string; start?: boolean }>((session, _, { file, start }) =>
        create(session, file, start === true),
      ),
    );
  rollout
    .command('ls')
    .description('rollouts, newest first')
    .option('--name <release>', 'only of this release name')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 50)
    .addHelpText('after', '\nExample:\n  skerry rollout ls --name press-vibration')
    .action(action<{ name?: string; limit: number }>((session, _, options) => list(session, options)));
  rollout
    .command('show')
    .description('one rollout: stages, gates, every decision with its numbers')
    .argument('<rollout>')
    .option('--evidence', "with what the stage's agents and the others show, metric by metric")
    .addHelpText(
      'after',
      '\nExamples:\n  skerry rollout show ro_4k2h…\n  skerry rollout show ro_4k2h… --evidence',
    )
    .action(
      action<{ evidence?: boolean }>((session, [id], options) =>
        show(session, id!, options.evidence === true),
      ),
    );
  rollout
    .command('watch')
    .description('follow a rollout until it ends or waits for a person')
    .argument('<rollout>')
    .option('--interval <seconds>', 'how often to ask', wholeNumber(1), 2)
    .addHelpText(
      'after',
      '\nEnds with 0 where it completed, 1 where it was reverted, aborted or stalled, 21 where it waits for a person.\n\nExample:\n  skerry rollout watch ro_4k2h…',
    )
    .action(
      action<{ interval: number }>((session, [id], { interval }) =>
        watchRollout(session, () => fetchRollout(session, id!), interval * 1_000),
      ),
    );
  for (const verb of VERBS) {
    const command = rollout.command(verb).description(WHAT[verb][0]).argument('<rollout>');
    if (verb === 'start')
      command
        .option('--force', 'although the pre-flight check finds too many agents that it would fail on')
        .option('--supersede', 'abort the rollout of the same release name that is in progress');
    command
      .addHelpText('after', `\nExample:\n  skerry rollout ${verb} ro_4k2h…`)
      .action(action<StartOptions>((session, [id], options) => operate(session, id!, verb, options)));
  }
}

function rolloutPath(id: string): string {
  return `api/v1/rollouts/${encodeURIComponent(id)}`;
}

async function create(session: Session, file: string, start: boolean): Promise<void> {
  let rollout = await postDocument<RolloutInfo>(session.client, 'api/v1/rollouts', file);
  if (start) rollout = await startCreated(session, rollout.id);
  session.show(rollout, () => {
    print(`${rollout.id}  ${statusLine(rollout)}`);
    print(
      start
        ? `Follow it: skerry rollout watch ${rollout.id}`
        : `It is a draft. Start it: skerry rollout start ${rollout.id}`,
    );
  });
}

async function startCreated(session: Session, id: string): Promise<RolloutInfo> {
  try {
    return await session.client.json<RolloutInfo>('POST', `${rolloutPath(id)}/start`);
  } catch (error) {
    if (!(error instanceof SkerryError)) throw error;
    throw new SkerryError(error.code, `${id} was created and is still a draft: ${error.message}`, {
      hint: `${error.hint === undefined ? '' : `${error.hint}; `}then skerry rollout start ${id}`,
      cause: error,
    });
  }
}

async function list(session: Session, options: { name?: string; limit: number }): Promise<void> {
  const rollouts = await session.client.list<RolloutInfo>(
    'api/v1/rollouts',
    { name: options.name },
    options.limit,
  );
  session.show(rollouts, () =>
    table(
      ['rollout', 'release', 'state', 'selector', 'created', 'by'],
      rollouts.map((r) => [
        r.id,
        r.spec.release,
        r.status,
        r.spec.selector || 'every agent',
        time(r.createdMs),
        r.createdBy,
      ]),
      'no rollout yet: skerry rollout create -f rollout.yaml',
    ),
  );
}

async function show(session: Session, id: string, withEvidence: boolean): Promise<void> {
  const rollout = await fetchRollout(session, id);
  const shown = withEvidence
    ? await session.client.json<RolloutEvidence>('GET', `${rolloutPath(id)}/evidence`)
    : undefined;
  // The stored evidence stays under its name; the arms stand beside it.
  session.show(shown ? { ...rollout, arms: shown.arms, outputs: shown.outputs } : rollout, () => {
    showRollout(rollout);
    if (shown) showRolloutEvidence(shown);
  });
}

async function fetchRollout(session: Session, id: string): Promise<RolloutDetails> {
  return session.client.json<RolloutInfo & { decisions: StoredDecision[] }>('GET', rolloutPath(id));
}

interface StartOptions {
  force?: boolean;
  supersede?: boolean;
}

async function operate(session: Session, id: string, verb: Verb, options: StartOptions): Promise<void> {
  const query = { force: options.force && 'true', supersede: options.supersede && 'true' };
  const rollout = await session.client.json<RolloutInfo>('POST', `${rolloutPath(id)}/${verb}`, {
    ...(verb === 'start' && { query }),
  });
  session.show(rollout, () => print(`${id} ${WHAT[verb][1]}: ${rollout.status}`));
}
