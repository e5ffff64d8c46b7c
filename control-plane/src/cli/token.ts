/** `skerry token`: operators' tokens and agents' enrolment tokens. */
import { type Command, print } from '@skerry/proto/node/program';
import { ROLES, type TokenInfo } from '../core/fleet/tokens.ts';
import { labels, table, time } from './format.ts';
import {
  action,
  collect,
  durationOption,
  readLabels,
  type Session,
  usageError,
  wholeNumber,
} from './session.ts';

interface CreateOptions {
  enroll?: boolean;
  name?: string;
  role?: string;
  uses: string;
  label: string[];
  approve: boolean;
  expires?: number;
}

/** Adds `token create|ls|revoke`. */
export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('tokens: for operators, and to enrol agents with');
  token
    .command('create')
    .description('make a token; it is shown once and stored as a hash')
    .option('--enroll', 'one to enrol agents with, not an operator’s')
    .option('--name <name>', 'whose it is, or what for')
    .addOption(token.createOption('--role <role>', "an operator's role").choices(ROLES))
    .option(
      '--expires <duration>',
      'how long it is good for (enrolment: 1d; operators: for ever)',
      durationOption,
    )
    .option('--uses <n>', 'how many agents it enrols, or "any"', '1')
    .option('--label <key=value>', 'a label that the enrolled agents get (repeatable)', collect, [])
    .option('--no-approve', 'agents enrolled with it wait for approval all the same')
    .addHelpText(
      'after',
      `
Examples:
  skerry token create --name ola --role operator
  skerry token create --enroll --label site=oslo
  skerry token create --enroll --uses any --expires 7d --no-approve`,
    )
    .action(action<CreateOptions>((session, _, options) => createToken(session, options)));
  token
    .command('ls')
    .description('every token, without its secret')
    .addHelpText('after', '\nExample:\n  skerry token ls')
    .action(action((session) => listTokens(session)));
  token
    .command('revoke')
    .description('end a token now')
    .argument('<id...>')
    .addHelpText('after', '\nExample:\n  skerry token revoke tok_4k2h…')
    .action(
      action(async (session, ids) => {
        for (const id of ids) await session.client.json('DELETE', `api/v1/tokens/${encodeURIComponent(id)}`);
        session.show({ revoked: ids }, () => print(`Revoked: ${ids.join(', ')}`));
      }),
    );
}

async function createToken(session: Session, options: CreateOptions): Promise<void> {
  const expires = options.expires === undefined ? {} : { expires: `${options.expires}ms` };
  let body: object;
  if (options.enroll) {
    const uses = options.uses === 'any' ? null : wholeNumber(1)(options.uses);
    const name = options.name ?? 'enrolment';
    const labelled = readLabels(options.label);
    body = {
      kind: 'enrol',
      name,
      uses,
      labels: labelled,
      autoApprove: options.approve,
      expires: '1d',
      ...expires,
    };
  } else {
    if (!options.name || !options.role)
      throw usageError("give --name and --role for an operator's token, or --enroll for agents");
    body = { kind: 'operator', name: options.name, role: options.role, ...expires };
  }
  const made = await session.client.json<{ id: string; token: string }>('POST', 'api/v1/tokens', { body });
  session.show(made, () => {
    print(made.token);
    // An enrolment token carries the first root's digest behind a dot.
    if (options.enroll && !made.token.includes('.'))
      process.stderr.write(
        'There is no root of trust yet, so this token carries none: skerry key init first, then make another.\n',
      );
  });
}

async function listTokens(session: Session): Promise<void> {
  const tokens = await session.client.list<TokenInfo>('api/v1/tokens', {}, 1_000);
  session.show(tokens, () =>
    table(
      ['token', 'kind', 'name', 'role', 'uses left', 'labels', 'expires', 'last used', 'made by', ''],
      tokens.map((t) => [
        t.id,
        t.kind,
        t.name,
        t.role ?? '–',
        t.kind === 'operator' ? '–' : t.usesLeft === null ? 'any' : `${t.usesLeft}`,
        labels(t.labels),
        t.expiresMs === null ? 'never' : time(t.expiresMs),
        time(t.lastUsedMs),
        t.createdBy,
        t.revokedMs === null ? '' : `revoked ${time(t.revokedMs)}`,
      ]),
    ),
  );
}
