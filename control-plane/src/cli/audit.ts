/** `skerry audit`: every decision, by people and by the program itself, in a hash chain. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { canonicalBytes } from '@skerry/proto/canonical';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import type { AuditLine } from '../core/fleet/audit.ts';
import type { Client } from './client.ts';
import { table } from './format.ts';
import { action, type Session, wholeNumber } from './session.ts';

const GENESIS = '0'.repeat(64);

/** Adds `audit ls|verify|export`. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('the audit log: who decided what, in a hash chain');
  audit
    .command('ls')
    .description('the newest lines first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 50)
    .addHelpText('after', '\nExample:\n  skerry audit ls --limit 200')
    .action(
      action<{ limit: number }>(async (session, _, { limit }) => {
        const lines = await session.client.list<AuditLine>('api/v1/audit', { order: 'desc' }, limit);
        session.show(lines, () =>
          table(
            ['seq', 'at', 'who', 'action', 'subject', 'details'],
            lines.map((l) => [`${l.seq}`, l.at.slice(0, 19), l.who, l.action, l.subject, brief(l.details)]),
          ),
        );
      }),
    );
  audit
    .command('verify')
    .description('fetch every line and check the chain here, not on the server')
    .option('--head <hash>', 'the hash of a line kept elsewhere: it must still be in the chain')
    .addHelpText(
      'after',
      '\nA server can rewrite its whole log; keep the head that this prints elsewhere, and give it next time.\n\nExamples:\n  skerry audit verify\n  skerry audit verify --head 9f86d081…',
    )
    .action(action<{ head?: string }>((session, _, { head }) => verify(session, head)));
  audit
    .command('export')
    .description('every line as one JSON line each, oldest first')
    .option('--out <file>', 'write there (left out: stdout)')
    .addHelpText('after', '\nExample:\n  skerry audit export --out audit.ndjson')
    .action(
      action<{ out?: string }>(async (session, _, { out }) => {
        const lines = await fetchLines(session.client);
        const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
        if (out === undefined || out === '-') {
          process.stdout.write(text);
          return;
        }
        await writeFile(out, text);
        session.show({ file: out, lines: lines.length }, () => print(`${lines.length} lines are in ${out}.`));
      }),
    );
}

async function fetchLines(client: Client): Promise<AuditLine[]> {
  const lines: AuditLine[] = [];
  for await (const page of client.pages<AuditLine>('api/v1/audit', { order: 'asc' })) lines.push(...page);
  return lines;
}

async function verify(session: Session, keptHead: string | undefined): Promise<void> {
  const lines = await fetchLines(session.client);
  const brokenAt = brokenLine(lines);
  if (brokenAt !== undefined)
    throw new SkerryError('corrupt', `the audit chain breaks at line ${brokenAt}`, {
      hint: 'from there on it is not what was written; compare with an export',
    });
  if (keptHead !== undefined && !lines.some((line) => line.hash === keptHead))
    throw new SkerryError('corrupt', `no line of the chain has the hash ${keptHead}`, {
      hint: 'the log was rewritten or cut since that hash was noted',
    });
  const head = lines.at(-1)?.hash ?? GENESIS;
  session.show({ ok: true, lines: lines.length, head }, () =>
    print(`The chain of ${lines.length} lines holds. Head: ${head}`),
  );
}

/** The sequence number at which a chain breaks, undefined where it holds: its hashes recomputed, none taken on trust. */
export function brokenLine(lines: readonly AuditLine[]): number | undefined {
  let prev = GENESIS;
  for (const [i, line] of lines.entries()) {
    const { hash, ...content } = line;
    const computed = createHash('sha256').update(canonicalBytes(content)).digest('hex');
    if (line.seq !== i + 1 || line.prev !== prev || computed !== hash) return i + 1;
    prev = hash;
  }
  return undefined;
}

function brief(details: Record<string, unknown>): string {
  const text = Object.keys(details).length === 0 ? '' : JSON.stringify(details);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
