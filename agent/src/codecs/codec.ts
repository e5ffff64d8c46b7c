/**
 * Codecs turn a payload into rows. What a pipeline wants of a payload (channels, time, the device template's fields) is
 * compiled once; for each row the codec leaves what it found in the sink's slots and calls `row()`. No object a sample:
 * the sink is used again and again, and the contract (pipeline/contract.ts) judges what stands in it.
 */
import { SkerryError } from '@skerry/proto/errors';
import type { PipelineConfig } from '../config.ts';
import { csvCodec } from './csv.ts';
import { jsonCodec } from './json.ts';
import { numberCodec } from './number.ts';

/** Which fields of a payload a pipeline reads, as written in its configuration. */
export interface Fields {
  /** One per channel, in the configuration's order. */
  readonly channels: readonly string[];
  /** The event time's field; undefined: time of arrival. */
  readonly time: string | undefined;
  /** The payload fields that the device template names. */
  readonly device: readonly string[];
}

/** Where a codec puts what it found. `undefined` stands for absent; anything else is for the contract to judge. */
export interface RowSink {
  /** One per channel. */
  readonly values: unknown[];
  time: unknown;
  /** One per payload field of the device template. */
  readonly device: unknown[];
  /** Takes what stands in the slots as one sample; the caller overwrites every slot before the next. */
  row(): void;
  /** Counts one sample that can't be read at all. */
  malformed(): void;
}

export interface Codec {
  /** Reads one payload; whole payloads that can't be read are one `malformed()`. Never throws on bytes. */
  decode(payload: Uint8Array, sink: RowSink): void;
}

/** The codec of a source. Throws SkerryError: `unsupported` for codecs of a later version, `invalid` for wrong paths. */
export function createCodec(name: PipelineConfig['source']['codec'], fields: Fields): Codec {
  switch (name) {
    case 'json':
      return jsonCodec(fields);
    case 'csv':
      return csvCodec(fields);
    case 'number':
      return numberCodec(fields);
    case 'senml':
    case 'cbor':
    case 'senml+cbor':
    case 'sparkplug-b':
    case 'protobuf':
      throw new SkerryError('unsupported', `codec ${name} is not in this version`, {
        hint: 'use json, csv or number',
      });
  }
}
