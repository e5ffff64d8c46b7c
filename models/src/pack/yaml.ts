/**
 * Writes the YAML of generated files (model.yaml): block mappings on the outside, everything from the third level on
 * and every list of numbers on one line; strings quoted where they could be read as anything else.
 */

/** What a generated document may hold; undefined members are left out. */
export type YamlValue =
  | string
  | number
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

/** The text of a document whose top is a mapping. Throws TypeError on numbers that aren't finite. */
export function toYaml(document: { readonly [key: string]: YamlValue | undefined }): string {
  return `${block(document, 0)}\n`;
}

const BLOCK_DEPTH = 2;

function block(value: { readonly [key: string]: YamlValue | undefined }, depth: number): string {
  const indent = '  '.repeat(depth);
  return members(value)
    .map(([key, member]) => {
      if (depth + 1 < BLOCK_DEPTH && isMapping(member) && members(member).length > 0)
        return `${indent}${scalar(key)}:\n${block(member, depth + 1)}`;
      if (depth + 1 < BLOCK_DEPTH && Array.isArray(member) && member.some(isMapping))
        return `${indent}${scalar(key)}:\n${member.map((item) => `${indent}  - ${flow(item)}`).join('\n')}`;
      return `${indent}${scalar(key)}: ${flow(member)}`;
    })
    .join('\n');
}

function flow(value: YamlValue): string {
  if (isMapping(value)) {
    const inner = members(value).map(([key, member]) => `${scalar(key)}: ${flow(member)}`);
    return inner.length > 0 ? `{ ${inner.join(', ')} }` : '{}';
  }
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  return scalar(value as string | number | boolean | null);
}

function members(value: { readonly [key: string]: YamlValue | undefined }): [string, YamlValue][] {
  return Object.entries(value).filter((entry): entry is [string, YamlValue] => entry[1] !== undefined);
}

function isMapping(value: YamlValue): value is { readonly [key: string]: YamlValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Plain only what no YAML reader takes for a number, a time, a boolean or syntax.
const PLAIN = /^[A-Za-z][A-Za-z0-9_./ -]*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|inf|nan)$/i;

function scalar(value: string | number | boolean | null): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`${value} has no YAML form here`);
  if (typeof value !== 'string') return String(value);
  const plain = PLAIN.test(value) && !RESERVED.test(value) && !value.endsWith(' ');
  return plain ? value : JSON.stringify(value);
}
