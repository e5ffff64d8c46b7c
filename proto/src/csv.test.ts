import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRecordingReader, detectSeparator, parseCsv, parseTimeUs, readRecording } from './csv.ts';

const us = (iso: string) => Date.parse(iso) * 1000;

describe('records', () => {
  it('reads quotes, separators and line ends inside quotes, and a quote inside an unquoted field', () => {
    const text = 'a,"b ""c"", d",5" pipe\r\n"two\nlines",,"x"\r\n';
    expect([...parseCsv(text)]).toEqual([
      ['a', 'b "c", d', '5" pipe'],
      ['two\nlines', '', 'x'],
    ]);
  });

  it('gives the same records however the text is cut into chunks', () => {
    const text = '\uFEFFa;b\n1;"x\r\n""y"""\n\n3;4';
    const whole = [...parseCsv(text)];
    expect(whole).toEqual([
      ['a', 'b'],
      ['1', 'x\r\n"y"'],
      ['3', '4'],
    ]);
    for (let size = 1; size < text.length; size++) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect([...parseCsv(chunks)]).toEqual(whole);
    }
  });

  it('finds the separator in the header, outside quotes', () => {
    expect(detectSeparator('time;a;b')).toBe(';');
    expect(detectSeparator('time\ta\tb')).toBe('\t');
    expect(detectSeparator('"x;y;z",b')).toBe(',');
    expect(detectSeparator('alone')).toBe(',');
  });

  it('names the line of a quote that is never closed, and bounds what it may swallow', () => {
    expect(() => [...parseCsv('a,b\n1,"2\n3,4\n')]).toThrow('CSV line 2: a quote is opened and never closed');
    expect(() => [...parseCsv(`a\n"${'x'.repeat(200)}`, { maxRecordChars: 100 })]).toThrow('longer than 100');
  });
});

describe('times', () => {
  it('reads dates without a zone as UTC and with one as that', () => {
    expect(parseTimeUs('2026-01-01 00:00:00')).toBe(us('2026-01-01T00:00:00Z'));
    expect(parseTimeUs('2026/1/1 5:30')).toBe(us('2026-01-01T05:30:00Z'));
    expect(parseTimeUs('2026-01-01T00:00:00.123456Z')).toBe(us('2026-01-01T00:00:00Z') + 123_456);
    expect(parseTimeUs('2026-01-01T00:00:00+05:30')).toBe(us('2025-12-31T18:30:00Z'));
    expect(parseTimeUs('2026-01-01T00:00:00-08')).toBe(us('2026-01-01T08:00:00Z'));
    expect(parseTimeUs('2026-01-01')).toBe(us('2026-01-01T00:00:00Z'));
  });

  it('reads numbers as s, ms, µs or ns since the epoch by their size', () => {
    for (const text of ['1767225600', '1767225600000', '1767225600000000', '1767225600000000000']) {
      expect(parseTimeUs(text)).toBe(us('2026-01-01T00:00:00Z'));
    }
    expect(parseTimeUs('1767225600.25')).toBe(us('2026-01-01T00:00:00Z') + 250_000);
  });

  it('refuses days and hours that do not exist, and text', () => {
    for (const text of ['2026-02-30', '2026-13-01', '2026-01-01 25:00', 'soon', '']) {
      expect(parseTimeUs(text)).toBeNaN();
    }
  });
});

describe('recordings', () => {
  it('reads columns, times and values; missing and text are NaN; only numeric columns are called so', () => {
    const recording = readRecording(
      'datetime;pressure;valve\n2026-01-01 00:00:00;1,25;open\n2026-01-01 00:00:01;;open\n',
    );
    expect(recording.columns).toEqual(['pressure', 'valve']);
    expect(recording.numericColumns).toEqual(['pressure']);
    expect([...recording.timesUs]).toEqual([us('2026-01-01T00:00:00Z'), us('2026-01-01T00:00:01Z')]);
    expect([...recording.rows]).toEqual([1.25, Number.NaN, Number.NaN, Number.NaN]);
  });

  it('finds the time by name before it looks at values, and by value where no name says it', () => {
    expect(readRecording('a,ts\n2026-01-01,1767225600\n').columns).toEqual(['a']);
    expect(readRecording('a,recorded\n7,1767225600000\n').columns).toEqual(['a']);
    expect(readRecording('a,b\n7,1767225600000\n', { time: 'a' }).columns).toEqual(['b']);
    expect([...readRecording('a,b\n1,2\n3,4\n', { time: null }).timesUs]).toEqual([0, 1e6]);
  });

  it('refuses a date beside a time of day rather than put a whole day on one moment', () => {
    expect(() => readRecording('date,time,v\n2026-01-01,10:00:00,1\n')).toThrow(
      'begins with "10:00:00", which is no time',
    );
    expect(readRecording('date,Timestamp,v\n2026-01-01,1767225600,1\n').columns).toEqual(['date', 'v']);
  });

  it('decides the unit of numeric times once for the file', () => {
    const { timesUs } = readRecording('time,v\n0,1\n100000000000,1\n', { timeUnit: 'ms' });
    expect([...timesUs]).toEqual([0, 1e14]);
  });

  it('counts and skips a line with other fields than the header, or without a time', () => {
    const { rejected, rows } = readRecording('time,v\n2026-01-01,1\n2026-01-02\nnever,2\n2026-01-03,3\n');
    expect(rejected).toEqual({ fields: 1, time: 1, first: 'line 3: 1 fields where the header has 2' });
    expect([...rows]).toEqual([1, 3]);
  });

  it('hands out text fields beside the numbers, for a column that names the device', () => {
    const seen: unknown[] = [];
    const reader = createRecordingReader((row, header) => {
      seen.push([row.timeUs, row.fields[header.fields.indexOf('device')], row.values[1], row.line]);
    });
    reader.push('device,time,v\npress-1,2026-01-01,4\npre');
    reader.push('ss-2,2026-01-01,5');
    reader.end();
    expect(seen).toEqual([
      [us('2026-01-01T00:00:00Z'), 'press-1', 4, 2],
      [us('2026-01-01T00:00:00Z'), 'press-2', 5, 3],
    ]);
  });

  it('says plainly what is wrong with a file that is no recording', () => {
    expect(() => readRecording('')).toThrow('the recording is empty');
    expect(() => readRecording('\u0000\u0003PNG,\uFFFDx\n1,2\n')).toThrow('line 1: this is no text');
    expect(() => readRecording('time,v\n')).toThrow('has no row (only a header)');
    expect(() => readRecording('1,2\n3,4\n')).toThrow('line 1: values where column names should be');
    expect(() => readRecording('v,v\n1,2\n')).toThrow('column v stands there twice');
    expect(() => readRecording('a,b\n1,2\n')).toThrow('no time column was found among a, b');
    expect(() => readRecording('a,b\n1,2\n', { time: 'c' })).toThrow('there is no column c');
    expect(() => readRecording('time\n2026-01-01\n')).toThrow('no column beside time');
    expect(() => readRecording('time,v\nlater,2\n', { file: 'x.csv' })).toThrow(
      'x.csv: column time begins with "later", which is no time',
    );
  });
});

const data = process.env.SKERRY_DATA;

describe.skipIf(data === undefined)('real recordings (SKERRY_DATA)', () => {
  it('reads a water pump testbed separated by semicolons', () => {
    const text = readFileSync(`${data}/skab/data/valve1/0.csv`, 'utf8');
    const recording = readRecording(text);
    expect(recording.columns).toContain('Volume Flow RateRMS');
    expect(recording.numericColumns).toEqual(recording.columns);
    expect(recording.rejected).toEqual({ fields: 0, time: 0, first: undefined });
    expect(recording.timesUs.length).toBe(text.trimEnd().split('\n').length - 1);
  });
});
