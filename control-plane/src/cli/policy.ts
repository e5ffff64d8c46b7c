/** `skerry policy`: drift thresholds and alert thresholds, pushed without a new release. */
import { type Command, print } from '@skerry/proto/node/program';
import type { PolicyInfo } from '../core/fleet/policies.ts';
import { postDocument } from './files.ts';
import { duration, fields, table, time } from './format.ts';
import { action, type Session } from './session.ts';

/** Adds `policy apply|ls|show`. */
export function addPolicyCommands(program: Command): void {
  const policy = program
    .command('policy')
    .description('policies: thresholds that reach agents without a new release');
  policy
    .command('apply')
    .description('apply policy.yaml; one of the same name is replaced')
    .requiredOption('-f, --file <file>', 'policy.yaml, or - for stdin')
    .addHelpText('after', '\nExample:\n  skerry policy apply -f policy.yaml')
    .action(action<{ file: string }>((session, _, { file }) => apply(session, file)));
  policy
    .command('ls')
    .description('every policy, in order of application: where two match, the later one holds')
    .addHelpText('after', '\nExample:\n  skerry policy ls')
    .action(action((session) => list(session)));
  policy
    .command('show')
    .description('one policy')
    .argument('<policy>')
    .addHelpText('after', '\nExample:\n  skerry policy show press-default')
    .action(action((session, [name]) => show(session, name!)));
  policy
    .command('webhook-key')
    .description('the key that webhooks are signed with (Standard Webhooks), for who receives them')
    .addHelpText('after', '\nExample:\n  skerry policy webhook-key')
    .action(
      action(async (session) => {
        const answer = await session.client.json<{ key: string }>('GET', 'api/v1/webhook-key');
        session.show(answer, () => print(answer.key));
      }),
    );
}

async function apply(session: Session, file: string): Promise<void> {
  const info = await postDocument<PolicyInfo>(session.client, 'api/v1/policies', file);
  session.show(info, () => {
    print(
      `Policy ${info.name} is applied as generation ${info.generation}; agents take it at their next exchange.`,
    );
  });
}

async function list(session: Session): Promise<void> {
  const policies = await session.client.list<PolicyInfo>('api/v1/policies', {}, 1_000);
  session.show(policies, () =>
    table(
      ['policy', 'release', 'selector', 'generation', 'applied', 'by'],
      policies.map((p) => [
        p.name,
        p.policy.release,
        p.policy.selector || 'every agent',
        `${p.generation}`,
        time(p.appliedMs),
        p.appliedBy,
      ]),
      'no policy: the releases’ own thresholds hold',
    ),
  );
}

async function show(session: Session, name: string): Promise<void> {
  const info = await session.client.json<PolicyInfo>('GET', `api/v1/policies/${encodeURIComponent(name)}`);
  const { policy } = info;
  session.show(info, () =>
    fields([
      ['policy', info.name],
      ['generation', `${info.generation}, applied ${time(info.appliedMs)} by ${info.appliedBy}`],
      ['release', policy.release],
      ['selector', policy.selector || 'every agent'],
      ['pipelines', policy.pipelines?.join(', ')],
      ['window', `${duration(policy.window.duration)}, at least ${policy.window.minSamples} samples`],
      ['input', levels(policy.input)],
      ['output', levels(policy.output)],
      ['alert threshold', policy.thresholds?.score === undefined ? undefined : `${policy.thresholds.score}`],
      ['sustain', policy.thresholds?.sustain === undefined ? undefined : `${policy.thresholds.sustain}`],
      [
        'on alert',
        policy.onAlert.map((a) => (typeof a === 'string' ? a : `webhook ${a.webhook}`)).join(', '),
      ],
    ]),
  );
}

function levels(measures: PolicyInfo['policy']['input']): string {
  const parts = Object.entries(measures).map(([measure, level]) =>
    [
      measure,
      level?.warn === undefined ? '' : `warn ${level.warn}`,
      level?.alert === undefined ? '' : `alert ${level.alert}`,
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
  return parts.join(', ') || 'not judged';
}
