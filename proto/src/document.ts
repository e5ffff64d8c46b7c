/**
 * YAML files that people write (agent.yaml, model.yaml, rollout.yaml, policy.yaml, scenarios): parsed, `${NAME}`
 * expanded, checked against a schema. A wrong file is refused with every error at once, each with its path, line and
 * what was expected.
 */
import {
  type Document,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument as parseYaml,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { SkerryError } from './errors.ts';

export interface DocumentOptions {
  /** How messages name the file. */
  file: string;
  /** What `${NAME}` expands from; without it `${NAME}` is left as it stands. */
  env?: Readonly<Record<string, string | undefined>>;
}

// YAML takes a brace within { … } or [ … ] for its own, so `${NAME}` is read as two private-use characters around NAME.
const [OPEN, CLOSE] = ['\u{e000}', '\u{e001}'];

/**
 * Parses one YAML document against a Zod schema. `${NAME}` inside any scalar expands from `env`; unset is an error;
 * `$${` is a literal `${`. Throws one SkerryError `invalid` that lists every error, a line each.
 */
export function parseDocument<S extends z.ZodType>(
  text: string,
  schema: S,
  options: DocumentOptions,
): z.output<S> {
  const lines = new LineCounter();
  const document = parseYaml(options.env ? mark(text) : text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): number => lines.linePos(offset).line;
  // What comes after the first syntax errors follows from them.
  const problems = document.errors
    .slice(0, 3)
    .map((e) => unmark(`line ${at(e.pos[0])}: ${e.message.split('\n')[0]}`));
  if (problems.length === 0 && options.env) problems.push(...expand(document, options.env, at));
  if (problems.length === 0) {
    const parsed = schema.safeParse(document.toJS() ?? {});
    if (parsed.success) return parsed.data;
    problems.push(...parsed.error.issues.flatMap((issue) => describe(issue, document, at)));
  }
  throw new SkerryError('invalid', `${options.file} is refused:\n  ${problems.join('\n  ')}`, {
    hint: 'correct the lines named above; nothing was started',
  });
}

function mark(text: string): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, `${OPEN}$1${CLOSE}`);
}

function unmark(text: string): string {
  return text.replaceAll(OPEN, '${').replaceAll(CLOSE, '}');
}

function expand(
  document: Document.Parsed,
  env: Readonly<Record<string, string | undefined>>,
  at: (offset: number) => number,
): string[] {
  const problems: string[] = [];
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      node.value = unmark(node.value).replace(
        /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)?\}?/g,
        (whole, escaped, name) => {
          if (escaped) return whole.slice(1);
          const value = name === undefined ? undefined : env[name];
          if (value !== undefined) return value;
          const what =
            name === undefined ? `"${whole}" names no variable` : `environment variable ${name} is not set`;
          problems.push(`line ${at(node.range?.[0] ?? 0)}: ${what} (write $\${ for a literal \${)`);
          return whole;
        },
      );
    },
  });
  return problems;
}

function describe(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  at: (offset: number) => number,
): string[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      (key) => `${where([...path, key], document, at)}: not a key here; remove it or correct its spelling`,
    );
  // A rule of our own says by itself what it wants, of absent keys too.
  const isMissing = issue.code !== 'custom' && issue.path.length > 0 && document.getIn(path) === undefined;
  return [`${where(path, document, at)}: ${isMissing ? missing(issue.message) : lowerFirst(issue.message)}`];
}

// Zod says "Invalid input: expected array, received undefined" of a key that isn't there.
function missing(message: string): string {
  const expected = /expected .+?(?=, received undefined$|$)/.exec(message);
  return expected ? `missing; ${expected[0]}` : 'missing';
}

function where(path: (string | number)[], document: Document.Parsed, at: (offset: number) => number): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as ParsedNode | undefined;
    const offset = node && (isScalar(node) || 'range' in node) ? node.range?.[0] : undefined;
    if (offset !== undefined) return `line ${at(offset)}: ${formatPath(path)}`;
  }
  return formatPath(path);
}

function formatPath(path: (string | number)[]): string {
  const text = path.reduce<string>(
    (acc, part) => (typeof part === 'number' ? `${acc}[${part}]` : acc ? `${acc}.${part}` : part),
    '',
  );
  return text === '' ? 'the document' : text;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
