/**
 * Records and fields of CSV (RFC 4180), chunk by chunk: lines end in LF or CRLF, a field that begins with a quote may hold
 * separators, line ends and doubled quotes.
 *
 *   a,"b ""c"", d",5" pipe    ->    ['a', 'b "c", d', '5" pipe']        (a quote inside an unquoted field stands for itself)
 */
import { SkerryError } from './errors.ts';

/** Takes text as it arrives; `end` flushes the last line. */
export interface CsvParser {
  push(chunk: string): void;
  end(): void;
  /** Given, or found in the first line; undefined until that is there. */
  readonly separator: string | undefined;
}

/** How fields are separated (found from the first line where left out), and how long one record may be. */
export interface CsvOptions {
  readonly separator?: string;
  /** Longest record in characters, 1 MiB by default; a longer one throws, so that an unclosed quote can't fill memory. */
  readonly maxRecordChars?: number;
  /** How messages name the file. */
  readonly file?: string;
}

/**
 * A parser that calls `onRecord` with each record's fields and the number of the line it begins on. Blank lines are
 * skipped, and so is a byte order mark. Throws SkerryError where a quote is never closed.
 */
export function createCsvParser(
  onRecord: (fields: string[], line: number) => void,
  options: CsvOptions = {},
): CsvParser {
  const maxChars = options.maxRecordChars ?? 1 << 20;
  let separator = options.separator;
  let started = false;
  let rest = '';
  let line = 1;

  function consume(text: string): string {
    let from = 0;
    while (from < text.length) {
      const lineEnd = text.indexOf('\n', from);
      if (lineEnd === -1) break;
      separator ??= detectSeparator(text.slice(from, lineEnd));
      const record = readRecord(text, from, lineEnd, separator);
      if (record === undefined) break;
      if (record.fields.length > 1 || record.fields[0]!.trim() !== '') onRecord(record.fields, line);
      line += record.lines;
      from = record.end + 1;
    }
    return text.slice(from);
  }

  function push(chunk: string): void {
    const text = started ? chunk : chunk.replace(/^\uFEFF/, '');
    started ||= chunk !== '';
    rest = consume(rest + text);
    if (rest.length <= maxChars) return;
    throw new SkerryError('too-large', `${at()}: one record is longer than ${maxChars} characters`, {
      hint: 'look for a quote that is never closed',
    });
  }

  function end(): void {
    rest = consume(`${rest}\n`);
    if (rest.trim() === '') return;
    throw new SkerryError('invalid', `${at()}: a quote is opened and never closed`, {
      hint: 'close it, or write "" for a quote inside a quoted field (RFC 4180)',
    });
  }

  const at = () => `${options.file ?? 'CSV'} line ${line}`;
  return {
    push,
    end,
    get separator() {
      return separator;
    },
  };
}

/** All records of a text or of its chunks, each as its fields. The header is a record like any other. */
export function* parseCsv(source: string | Iterable<string>, options: CsvOptions = {}): Generator<string[]> {
  const ready: string[][] = [];
  const parser = createCsvParser((fields) => ready.push(fields), options);
  for (const chunk of typeof source === 'string' ? [source] : source) {
    parser.push(chunk);
    yield* ready.splice(0);
  }
  parser.end();
  yield* ready;
}

/** The separator that stands most often outside quotes in a header line: `,` `;` or tab; `,` where there is none. */
export function detectSeparator(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  let best = ',';
  for (const candidate of [';', '\t']) {
    if (bare.split(candidate).length > bare.split(best).length) best = candidate;
  }
  return best;
}

interface CsvRecord {
  readonly fields: string[];
  /** Where its line feed stands. */
  readonly end: number;
  /** How many lines it spans. */
  readonly lines: number;
}

// The record that begins at `from`; undefined where its end isn't there yet. Most lines hold no quote and are just split.
function readRecord(text: string, from: number, lineEnd: number, separator: string): CsvRecord | undefined {
  const quote = text.indexOf('"', from);
  if (quote === -1 || quote > lineEnd) {
    const end = text[lineEnd - 1] === '\r' && lineEnd > from ? lineEnd - 1 : lineEnd;
    return { fields: text.slice(from, end).split(separator), end: lineEnd, lines: 1 };
  }
  const fields: string[] = [];
  let at = from;
  for (;;) {
    const opened = text[at] === '"';
    const close = opened ? findClosingQuote(text, at + 1) : at - 1;
    if (close === undefined) return undefined;
    const tail = fieldEnd(text, close + 1, separator);
    if (tail === undefined) return undefined;
    const bare = text.slice(
      close + 1,
      text[tail.end] === '\n' && text[tail.end - 1] === '\r' ? tail.end - 1 : tail.end,
    );
    fields.push(opened ? text.slice(at + 1, close).replaceAll('""', '"') + bare : bare);
    if (tail.last)
      return { fields, end: tail.end, lines: text.slice(from, tail.end + 1).split('\n').length - 1 };
    at = tail.end + separator.length;
  }
}

function findClosingQuote(text: string, from: number): number | undefined {
  let close = text.indexOf('"', from);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  return close === -1 ? undefined : close;
}

function fieldEnd(text: string, from: number, separator: string): { end: number; last: boolean } | undefined {
  const lineEnd = text.indexOf('\n', from);
  const next = text.indexOf(separator, from);
  if (next !== -1 && (lineEnd === -1 || next < lineEnd)) return { end: next, last: false };
  return lineEnd === -1 ? undefined : { end: lineEnd, last: true };
}
