/**
 * Selectors in RSQL over an agent's labels and reported facts:
 *
 *   site==oslo and fact.arch==x64
 *   line=in=(press-1,press-2);fact.memoryMiB=ge=512
 *   (site==oslo,site==bergen) and hw==edge-*
 *
 * `and` and `;` bind tighter than `or` and `,`. A bare name is a label, `fact.NAME` a reported fact. `*` at the end of
 * a value stands for any rest (==, !=, =in=, =out=). `=gt= =ge= =lt= =le=` compare as numbers where both sides are
 * numbers, otherwise as text. An absent key never matches, not even `!=`. The empty selector matches every agent.
 */
import { SkerryError } from '@skerry/proto/errors';

const OPERATORS = ['==', '!=', '=in=', '=out=', '=gt=', '=ge=', '=lt=', '=le='] as const;
type Operator = (typeof OPERATORS)[number];

/** A parsed selector. */
export type Selector =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; of: Selector[] }
  | { kind: 'compare'; fact: boolean; key: string; operator: Operator; values: string[] };

/** What a selector is asked about. */
export interface Subject {
  labels: Readonly<Record<string, string>>;
  facts: Readonly<Record<string, string>>;
}

/** Parses a selector. Throws SkerryError invalid, naming the place. */
export function parseSelector(text: string): Selector {
  if (text.trim() === '') return { kind: 'all' };
  const reader = new Reader(text);
  const selector = readOr(reader);
  if (!reader.ended()) throw reader.error('expected "and", "or" or the end');
  return selector;
}

/** Whether an agent matches. */
export function matchesSelector(selector: Selector, subject: Subject): boolean {
  switch (selector.kind) {
    case 'all':
      return true;
    case 'and':
      return selector.of.every((part) => matchesSelector(part, subject));
    case 'or':
      return selector.of.some((part) => matchesSelector(part, subject));
    case 'compare': {
      const record = selector.fact ? subject.facts : subject.labels;
      if (!Object.hasOwn(record, selector.key)) return false;
      return compare(record[selector.key]!, selector.operator, selector.values);
    }
  }
}

function compare(held: string, operator: Operator, values: readonly string[]): boolean {
  const [value = ''] = values;
  switch (operator) {
    case '==':
      return like(held, value);
    case '!=':
      return !like(held, value);
    case '=in=':
      return values.some((v) => like(held, v));
    case '=out=':
      return !values.some((v) => like(held, v));
    case '=gt=':
      return order(held, value) > 0;
    case '=ge=':
      return order(held, value) >= 0;
    case '=lt=':
      return order(held, value) < 0;
    case '=le=':
      return order(held, value) <= 0;
  }
}

function like(held: string, pattern: string): boolean {
  return pattern.endsWith('*') ? held.startsWith(pattern.slice(0, -1)) : held === pattern;
}

function order(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a.trim() !== '' && b.trim() !== '' && Number.isFinite(x) && Number.isFinite(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

function readOr(reader: Reader): Selector {
  const of = [readAnd(reader)];
  while (reader.takeWord('or') || reader.take(',')) of.push(readAnd(reader));
  return of.length === 1 ? of[0]! : { kind: 'or', of };
}

function readAnd(reader: Reader): Selector {
  const of = [readTerm(reader)];
  while (reader.takeWord('and') || reader.take(';')) of.push(readTerm(reader));
  return of.length === 1 ? of[0]! : { kind: 'and', of };
}

function readTerm(reader: Reader): Selector {
  if (!reader.take('(')) return readComparison(reader);
  return reader.deeper(() => {
    const inner = readOr(reader);
    if (!reader.take(')')) throw reader.error('expected ")"');
    return inner;
  });
}

function readComparison(reader: Reader): Selector {
  const name = reader.match(/[A-Za-z0-9_./-]+/y);
  if (!name) throw reader.error('expected a label or fact.NAME');
  const operator = OPERATORS.find((candidate) => reader.take(candidate));
  if (!operator) throw reader.error(`expected one of ${OPERATORS.join(' ')}`);
  const fact = name.startsWith('fact.');
  const values = operator === '=in=' || operator === '=out=' ? readList(reader) : [readValue(reader)];
  return { kind: 'compare', fact, key: fact ? name.slice('fact.'.length) : name, operator, values };
}

function readList(reader: Reader): string[] {
  if (!reader.take('(')) throw reader.error('expected "(" and a list');
  const values = [readValue(reader)];
  while (reader.take(',')) values.push(readValue(reader));
  if (!reader.take(')')) throw reader.error('expected ")"');
  return values;
}

function readValue(reader: Reader): string {
  const quoted = reader.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y);
  if (quoted !== undefined) return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
  const plain = reader.match(/[^\s"'();,=!~<>]+/y);
  if (plain === undefined) throw reader.error('expected a value');
  return plain;
}

/** A cursor over the text; white space between tokens is skipped. */
class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    if (text.length > 2_000) throw new SkerryError('invalid', 'a selector is at most 2000 characters long');
    this.#text = text;
  }

  match(pattern: RegExp): string | undefined {
    this.#skip();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  take(token: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  takeWord(word: string): boolean {
    return this.match(new RegExp(`${word}(?![A-Za-z0-9_./-])`, 'y')) !== undefined;
  }

  deeper<T>(body: () => T): T {
    if (++this.#depth > 50) throw this.error('too many parentheses');
    const result = body();
    this.#depth--;
    return result;
  }

  ended(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  error(what: string): SkerryError {
    return new SkerryError('invalid', `selector "${this.#text}": ${what} at character ${this.#at + 1}`, {
      hint: 'write for example site==oslo and fact.arch==x64',
    });
  }

  #skip(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }
}
