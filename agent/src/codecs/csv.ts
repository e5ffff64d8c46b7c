import { fromUtf8 } from '@skerry/proto/bytes';
import { createCsvParser } from '@skerry/proto/csv-records';
import { SkerryError } from '@skerry/proto/errors';
import type { Codec, Fields, RowSink } from './codec.ts';

/**
 * CSV (RFC 4180), one row a line. Columns are counted from 0 where every configured field is a number, and the payload
 * has no header; otherwise fields are column names, and the payload's first line names its columns. An empty field is
 * absent; text where a number should be is left to the contract. A line with too few fields is malformed.
 *
 *   channels { flow: "1", suction: "2" }, time { field: "0" }     1700000000000,12.5,0.8
 */
export function csvCodec(fields: Fields): Codec {
  const all = [...fields.channels, ...fields.device, ...(fields.time === undefined ? [] : [fields.time])];
  const numbered = all.every((field) => /^\d{1,4}$/.test(field));
  if (!numbered && all.every((field) => field === ''))
    throw new SkerryError('invalid', 'a csv column has no name', { hint: 'name it, or count it from 0' });

  return {
    decode(payload, sink) {
      let text: string;
      try {
        text = fromUtf8(payload);
      } catch {
        sink.malformed(); // counted by its reason
        return;
      }
      const reader = new Lines(fields, numbered, sink);
      const parser = createCsvParser((record) => reader.take(record));
      try {
        parser.push(text);
        parser.end();
      } catch {
        sink.malformed(); // a quote that is never closed: the lines before it were read
        return;
      }
      if (reader.rows === 0) sink.malformed();
    },
  };
}

/** Reads the records of one payload. */
class Lines {
  rows = 0;
  #columns: { channels: number[]; device: number[]; time: number } | undefined;
  readonly #fields: Fields;
  readonly #sink: RowSink;

  constructor(fields: Fields, numbered: boolean, sink: RowSink) {
    this.#fields = fields;
    this.#sink = sink;
    if (numbered) this.#columns = columnsBy(fields, Number);
  }

  take(record: readonly string[]): void {
    if (!this.#columns) {
      const names = record.map((name) => name.trim());
      this.#columns = columnsBy(this.#fields, (field) => names.indexOf(field));
      return;
    }
    this.rows++;
    const { channels, device, time } = this.#columns;
    const sink = this.#sink;
    if (record.length <= Math.max(time, ...channels, ...device)) {
      sink.malformed();
      return;
    }
    for (let c = 0; c < channels.length; c++) sink.values[c] = numberOf(record[channels[c]!]);
    for (let d = 0; d < device.length; d++) sink.device[d] = record[device[d]!]?.trim();
    sink.time = time === -1 ? undefined : record[time]?.trim();
    sink.row();
  }
}

function columnsBy(fields: Fields, index: (field: string) => number) {
  return {
    channels: fields.channels.map(index),
    device: fields.device.map(index),
    time: fields.time === undefined ? -1 : index(fields.time),
  };
}

// Text that is no number stays text, so that the contract names it `type`.
function numberOf(field: string | undefined): unknown {
  const text = field?.trim();
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
