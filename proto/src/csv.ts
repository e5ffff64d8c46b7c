/**
 * Recordings in CSV, as historians, loggers and pandas write them: RFC 4180 quoting, a header line, `,` `;` or tab between
 * fields (found from the header), a time column, one numeric column a channel. Reads chunk by chunk, so a file of any size
 * passes through bounded memory.
 *
 *   datetime;pressure;valve          separator ; · time column `datetime` · columns pressure, valve
 *   2026-01-01 00:00:00;1,25;open    1767225600000000 µs (no zone means UTC) · 1.25 (decimal comma) · NaN (text)
 *   2026-01-01 00:00:01;;open        an empty field is a missing value: NaN
 *
 * Times: ISO 8601 dates with `T` or a space, `/` for `-`, a zone or none (UTC); or numbers since the Unix epoch in s, ms, µs
 * or ns, told apart by the first row's magnitude. A line with too many or too few fields, or without a readable time, is
 * counted in `rejected` and skipped; a file that can't be a recording throws.
 */
import { type CsvOptions, type CsvParser, createCsvParser } from './csv-records.ts';
import { SkerryError } from './errors.ts';

export {
  type CsvOptions,
  type CsvParser,
  createCsvParser,
  detectSeparator,
  parseCsv,
} from './csv-records.ts';

/** Units in which a number may count time since the Unix epoch. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

const usPerUnit: Record<EpochUnit, number> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

const isoPattern =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/i;

/**
 * Microseconds since the Unix epoch of a date or of a number in `unit` (by its magnitude where left out: below 1e11 s,
 * 1e14 ms, 1e17 µs, else ns). NaN for anything else, including days that don't exist.
 */
export function parseTimeUs(text: string, unit?: EpochUnit): number {
  const trimmed = text.trim();
  if (trimmed === '') return Number.NaN;
  const number = Number(trimmed);
  if (!Number.isNaN(number)) return Math.round(number * usPerUnit[unit ?? guessUnit(number)]);
  const match = isoPattern.exec(trimmed);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const ms = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  // Date.UTC carries 31 April over into May; a part that comes back changed never existed.
  const date = new Date(ms);
  const exists =
    date.getUTCMonth() === month! - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute;
  if (!exists) return Number.NaN;
  const fractionUs = Math.round(Number(`0.${match[7] ?? 0}`) * 1e6);
  return ms * 1000 + fractionUs - zoneUs(match[8]);
}

function guessUnit(number: number): EpochUnit {
  const size = Math.abs(number);
  if (size < 1e11) return 's';
  if (size < 1e14) return 'ms';
  return size < 1e17 ? 'us' : 'ns';
}

function zoneUs(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)) * (zone.length > 3 ? 1 : 0);
  return (zone[0] === '-' ? -1 : 1) * minutes * 60e6;
}

/** How to read a recording. */
export interface RecordingOptions extends CsvOptions {
  /**
   * Name of the time column. Left out: the one called time, timestamp, datetime, ts or date, else the first whose first
   * value is a time. `null`: there is none, and rows are one second apart from the epoch on.
   */
  readonly time?: string | null;
  /** What a numeric time counts; by the first row's magnitude where left out. */
  readonly timeUnit?: EpochUnit;
}

/** One row. The object and its arrays are used again for the next row: copy what is kept. */
export interface RecordingRow {
  /** Microseconds since the Unix epoch. */
  timeUs: number;
  /** One number a column, NaN where the field is empty or no number. */
  values: Float64Array;
  /** Every field of the line as it stands, the time's too, for columns of text. */
  fields: readonly string[];
  line: number;
}

/** What a header says. */
export interface RecordingHeader {
  /** Every column but the time's, in the file's order; an unnamed one is called `column` and its number from 1. */
  readonly columns: readonly string[];
  /** Every column's name, by the position of its field. */
  readonly fields: readonly string[];
  /** Name of the time column, null where there is none. */
  readonly time: string | null;
}

/** Lines that were skipped, by reason, and what was wrong with the first of them. */
export interface RecordingRejects {
  fields: number;
  time: number;
  first: string | undefined;
}

/** Reads a recording as its text arrives. */
export interface RecordingReader extends CsvParser {
  /** Undefined until the first row is known. */
  readonly header: RecordingHeader | undefined;
  readonly rejected: RecordingRejects;
}

/**
 * A reader that calls `onRow` for each row, in the file's order, with the header. Throws SkerryError `invalid` where the
 * file has no header, names a column twice, or has no time column that can be read.
 */
export function createRecordingReader(
  onRow: (row: RecordingRow, header: RecordingHeader) => void,
  options: RecordingOptions = {},
): RecordingReader {
  const rejected: RecordingRejects = { fields: 0, time: 0, first: undefined };
  let names: string[] | undefined;
  let layout: Layout | undefined;
  let count = 0;
  const row: RecordingRow = { timeUs: 0, values: new Float64Array(0), fields: [], line: 0 };

  function reject(reason: 'fields' | 'time', line: number, what: string): void {
    rejected[reason]++;
    rejected.first ??= `line ${line}: ${what}`;
  }

  function onRecord(fields: string[], line: number): void {
    if (names === undefined) {
      names = readNames(fields, options.file);
      return;
    }
    if (fields.length !== names.length) {
      reject('fields', line, `${fields.length} fields where the header has ${names.length}`);
      return;
    }
    layout ??= findLayout(names, fields, options);
    const { timeIndex } = layout;
    row.timeUs = timeIndex === -1 ? count * 1e6 : parseTimeUs(fields[timeIndex]!, layout.unit);
    if (!Number.isFinite(row.timeUs)) {
      reject('time', line, `"${fields[timeIndex]}" is no time`);
      return;
    }
    if (row.values.length !== layout.header.columns.length)
      row.values = new Float64Array(layout.header.columns.length);
    let column = 0;
    for (let i = 0; i < fields.length; i++) {
      if (i !== timeIndex) row.values[column++] = parseNumber(fields[i]!, parser.separator !== ',');
    }
    row.fields = fields;
    row.line = line;
    count++;
    onRow(row, layout.header);
  }

  const parser = createCsvParser(onRecord, options);
  return {
    push: parser.push,
    end() {
      parser.end();
      if (names !== undefined) return;
      throw new SkerryError('invalid', `${options.file ?? 'the recording'} is empty`, {
        hint: 'give a CSV file with a header line',
      });
    },
    get separator() {
      return parser.separator;
    },
    get header() {
      return layout?.header;
    },
    rejected,
  };
}

interface Layout {
  readonly header: RecordingHeader;
  readonly timeIndex: number;
  readonly unit: EpochUnit | undefined;
}

function readNames(fields: readonly string[], file = 'the recording'): string[] {
  if (fields.some((field) => /[\p{Cc}\uFFFD]/u.test(field.replace(/\s/g, ''))))
    throw new SkerryError('invalid', `${file} line 1: this is no text`, { hint: 'give a CSV file in UTF-8' });
  const names = fields.map((field, i) => field.trim() || `column${i + 1}`);
  if (fields.every((field) => !Number.isNaN(parseTimeUs(field)))) {
    throw new SkerryError('invalid', `${file} line 1: values where column names should be`, {
      hint: 'put a header line first, for example time,value',
    });
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return names;
  throw new SkerryError('invalid', `${file} line 1: column ${twice} stands there twice`, {
    hint: 'rename one',
  });
}

// In the order in which they are preferred: beside a `time` of day, a `date` alone would put a whole day on one moment.
const timeNames = ['timestamp', 'datetime', 'time', 'ts', '_time', 'date'];

function findLayout(names: readonly string[], first: readonly string[], options: RecordingOptions): Layout {
  const timeIndex = options.time === null ? -1 : findTime(names, first, options);
  const number = Number(first[timeIndex]);
  const unit = timeIndex === -1 || Number.isNaN(number) ? undefined : (options.timeUnit ?? guessUnit(number));
  const columns = names.filter((_, i) => i !== timeIndex);
  if (columns.length === 0) {
    throw new SkerryError(
      'invalid',
      `${options.file ?? 'the recording'}: no column beside ${names[timeIndex]}`,
      {
        hint: 'give one column a channel, and its separator where the header does not show it',
      },
    );
  }
  return { header: { columns, fields: names, time: names[timeIndex] ?? null }, timeIndex, unit };
}

function findTime(names: readonly string[], first: readonly string[], options: RecordingOptions): number {
  const lower = names.map((name) => name.toLowerCase());
  const wanted = timeNames.find((name) => lower.includes(name));
  const named = options.time === undefined ? lower.indexOf(wanted ?? '') : names.indexOf(options.time ?? '');
  const found = named === -1 && options.time === undefined ? first.findIndex(looksLikeTime) : named;
  const file = options.file ?? 'the recording';
  if (found === -1) {
    const what =
      options.time === undefined ? 'no time column was found' : `there is no column ${options.time}`;
    throw new SkerryError(
      'invalid',
      `${file}: ${what} among ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
      {
        hint: 'name the column that holds the time with --time',
      },
    );
  }
  if (!Number.isNaN(parseTimeUs(first[found]!))) return found;
  throw new SkerryError(
    'invalid',
    `${file}: column ${names[found]} begins with "${first[found]}", which is no time`,
    {
      hint: 'write times as YYYY-MM-DD HH:MM:SS (UTC) or as a number since 1970, or name another column with --time',
    },
  );
}

// A date, or a number that as s, ms or µs falls between 2001 and 2033: any smaller one is more likely a reading.
function looksLikeTime(field: string): boolean {
  const number = Number(field);
  if (Number.isNaN(number)) return !Number.isNaN(parseTimeUs(field));
  return [1, 1e3, 1e6].some((scale) => number >= 1e9 * scale && number < 2e9 * scale);
}

function parseNumber(field: string, decimalComma: boolean): number {
  const number = Number(field);
  if (!Number.isNaN(number)) return number === 0 && field.trim() === '' ? Number.NaN : number;
  return decimalComma && /^\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*$/.test(field)
    ? Number(field.replace(',', '.'))
    : Number.NaN;
}

/** A whole recording in memory; `rows` is row-major, so value c of row r is rows[r * columns.length + c]. */
export interface Recording {
  readonly columns: readonly string[];
  /** The columns in which every value that isn't missing is a number, and at least one is there. */
  readonly numericColumns: readonly string[];
  /** Microseconds since the Unix epoch, in the file's order. */
  readonly timesUs: Float64Array;
  readonly rows: Float64Array;
  readonly rejected: RecordingRejects;
}

const missingWords = new Set(['', 'nan', 'null', 'na', 'n/a', 'none', '-']);

/** Reads a whole recording from a text or its chunks. Throws as createRecordingReader does, and where no row can be read. */
export function readRecording(source: string | Iterable<string>, options: RecordingOptions = {}): Recording {
  const times: number[] = [];
  const rows: number[] = [];
  const text = new Set<number>();
  const seen = new Set<number>();
  const reader = createRecordingReader((row, header) => {
    times.push(row.timeUs);
    const shift = header.time === null ? -1 : header.fields.indexOf(header.time);
    for (let c = 0; c < row.values.length; c++) {
      const value = row.values[c]!;
      rows.push(value);
      if (!Number.isNaN(value)) seen.add(c);
      else if (!missingWords.has(row.fields[shift !== -1 && c >= shift ? c + 1 : c]!.trim().toLowerCase()))
        text.add(c);
    }
  }, options);
  for (const chunk of typeof source === 'string' ? [source] : source) reader.push(chunk);
  reader.end();
  const { header, rejected } = reader;
  if (header === undefined || times.length === 0) {
    throw new SkerryError(
      'invalid',
      `${options.file ?? 'the recording'} has no row (${rejected.first ?? 'only a header'})`,
      {
        hint: 'give a CSV file with at least one row of values',
      },
    );
  }
  const numericColumns = header.columns.filter((_, c) => seen.has(c) && !text.has(c));
  return {
    columns: header.columns,
    numericColumns,
    timesUs: Float64Array.from(times),
    rows: Float64Array.from(rows),
    rejected,
  };
}
