/**
 * The device template: text with `{topic[i]}` (levels counted from 0) and `{payload.path}`.
 *
 *   "{topic[1]}-{topic[3]}" on plant/oslo/press/7/telemetry → "oslo-7"
 *   "{payload.id}" on {"id": 7}                             → "7"
 */
import { SkerryError } from '@skerry/proto/errors';

/** Longest device id in UTF-16 units. */
export const MAX_DEVICE_CHARS = 128;

type Part =
  | { kind: 'text'; text: string }
  | { kind: 'topic'; level: number }
  | { kind: 'payload'; field: number };

export interface DeviceTemplate {
  /** The payload fields that it names, in the order in which `render` wants their values. */
  readonly fields: readonly string[];
  readonly usesTopic: boolean;
  /**
   * The device id, or undefined where it would be empty, too long, hold control characters, or where a part is
   * missing or neither text nor a finite number.
   */
  render(levels: readonly string[], values: readonly unknown[]): string | undefined;
}

/** Compiles a template. Throws SkerryError invalid. */
export function compileTemplate(text: string): DeviceTemplate {
  const fields: string[] = [];
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{([^{}]*)\}/g)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    parts.push(partOf(match[1]!, text, fields));
    at = match.index + match[0].length;
  }
  const rest = text.slice(at);
  if (/[{}]/.test(rest) || parts.some((part) => part.kind === 'text' && /[{}]/.test(part.text)))
    throw wrong(text, 'a brace has no partner');
  if (rest !== '') parts.push({ kind: 'text', text: rest });

  return {
    fields,
    usesTopic: parts.some((part) => part.kind === 'topic'),
    render(levels, values) {
      let device = '';
      for (const part of parts) {
        const value =
          part.kind === 'text' ? part.text : part.kind === 'topic' ? levels[part.level] : values[part.field];
        if (typeof value === 'string') device += value;
        else if (typeof value === 'number' && Number.isFinite(value)) device += value;
        else return undefined;
      }
      return isDeviceId(device) ? device : undefined;
    },
  };
}

function partOf(inside: string, text: string, fields: string[]): Part {
  const level = /^topic\[(\d{1,3})\]$/.exec(inside);
  if (level) return { kind: 'topic', level: Number(level[1]) };
  const field = /^payload\.?(.+)$/.exec(inside)?.[1];
  if (field === undefined) throw wrong(text, `{${inside}} is neither {topic[i]} nor {payload.path}`);
  return { kind: 'payload', field: fields.push(field) - 1 };
}

function wrong(text: string, what: string): SkerryError {
  return new SkerryError('invalid', `device template "${text}": ${what}`, {
    hint: 'write for example {topic[1]}-{topic[3]} or {payload.id}',
  });
}

/** Whether a text may name a device: 1 to 128 characters of well-formed Unicode, no control characters. */
export function isDeviceId(text: string): boolean {
  if (text.length === 0 || text.length > MAX_DEVICE_CHARS || !text.isWellFormed()) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return false;
  }
  return true;
}
