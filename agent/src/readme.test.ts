import { readFileSync } from 'node:fs';
import { parseDocument } from '@skerry/proto/document';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AgentConfig, agentConfig, parseAgentConfig } from './config.ts';
import { agentMetrics, InferenceDurations, type MetricsInput } from './metrics.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Every block that may be left out is there, and in it only what it must have. */
const BASE = {
  apiVersion: 'skerry/v1',
  kind: 'Agent',
  agent: {},
  controlPlane: { url: 'https://control.example.com', metered: {} },
  mqtt: { listen: { tls: { cert: 'c.pem', key: 'k.pem' }, ws: {} }, connect: { url: 'mqtt://broker' } },
  pipelines: [
    {
      name: 'p',
      release: 'r',
      source: { topics: ['a/b'], time: { field: 'ts' }, channels: { v: 'v' } },
      actions: [{ when: 'score > 1', do: [{ publish: 'stop' }] }],
    },
  ],
};

interface Row {
  key: string;
  default: string;
}

const ROWS: Row[] = [...README.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)`|(required|–)) \|/gm)].map((m) => ({
  key: m[1]!,
  default: m[2] ?? m[3]!,
}));

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** `a.b[].c` of every key; of objects that hold nothing but other keys only those. */
function keysOf(schema: Schema, path = ''): string[] {
  if (schema.items) return keysOf(schema.items, `${path}[]`);
  const inner = Object.entries(schema.properties ?? {});
  return inner.flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const below = keysOf(value, at);
    return below.length > 0 ? below : [at];
  });
}

function configWith(key: string, value: unknown): AgentConfig {
  const config = structuredClone(BASE) as Record<string, unknown>;
  const parts = key.split('.');
  let node = config;
  for (const part of parts.slice(0, -1)) {
    const name = part.replace('[]', '');
    node[name] ??= {};
    const next = node[name] as Record<string, unknown> | Record<string, unknown>[];
    node = Array.isArray(next) ? next[0]! : next;
  }
  const last = parts.at(-1)!;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return parseAgentConfig(JSON.stringify(config), 'agent.yaml', {});
}

describe('the README', () => {
  const schema = z.toJSONSchema(agentConfig, { io: 'input', unrepresentable: 'any' }) as Schema;

  test('has every key of agent.yaml, and no other', () => {
    const listed = ROWS.map(({ key }) => key);
    expect(keysOf(schema).filter((key) => !listed.includes(key))).toEqual([]);
    const known = new Set(keysOf(schema).flatMap((key) => [key, ...parentsOf(key)]));
    expect(listed.filter((key) => !known.has(key) && !isMetric(key))).toEqual([]);
  });

  const defaults = ROWS.filter((row) => row.default !== 'required' && row.default !== '–');
  test.each(defaults.filter(({ key }) => !key.endsWith('actions')))(
    '$key is $default where it is left out',
    (row) => {
      expect(configWith(row.key, yaml(row.default))).toEqual(configWith('kind', 'Agent'));
    },
  );

  test.each(ROWS.filter((row) => row.default === 'required'))('$key must be there', ({ key }) => {
    expect(() => configWith(key, undefined)).toThrow('agent.yaml is refused');
  });

  test('has every metric', () => {
    const counts = { pending: 0, delivered: 0, summarized: 0, evicted: 0 };
    const families = agentMetrics({
      messages: [],
      pipelines: [],
      shadows: [],
      durations: new InferenceDurations(),
      outbox: {
        ledgers: { result: counts, alert: counts },
        sizeBytes: 0,
      } as unknown as MetricsInput['outbox'],
      clock: {
        state: 'confirmed',
        nowMs: 0,
        wallMs: 0,
        uncertaintyMs: 0,
        arrivalAheadMs: 0,
      },
      sync: {},
      unclaimedMessages: 0,
    });
    for (const { name } of families) expect(README).toContain(`\`${name}`);
  });
});

function yaml(text: string): unknown {
  return parseDocument(`value: ${text}`, z.object({ value: z.unknown() }), { file: 'README.md' }).value;
}

function parentsOf(key: string): string[] {
  const parts = key.split('.');
  return parts.slice(1).map((_, i) =>
    parts
      .slice(0, i + 1)
      .join('.')
      .replace(/\[\]$/, ''),
  );
}

function isMetric(key: string): boolean {
  return key.startsWith('skerry_');
}
