// Writes the golden bytes of proto/vectors. Run once per new message or field, never to make a failing test pass: the
// files that are there are what agents in the field send and hold.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../src/bytes.ts';
import { crc32c } from '../src/crc32c.ts';
import { encodeResults } from '../src/results.ts';
import { encode, v1 } from '../src/wire.ts';

const directory = join(import.meta.dirname, '..', 'vectors');
const epoch = Uint8Array.from({ length: 16 }, (_, i) => i);

const row = {
  pipeline: 'pump',
  device: 'hall-1-p3',
  release: 'pump-anomaly@1.0.0',
  releaseDigest: `sha256:${'ab'.repeat(32)}`,
  variant: 'int8',
  backend: 'native',
  fromUs: 1_795_000_000_000_000,
  toUs: 1_795_000_016_000_000,
  decision: 'alert' as const,
  outputs: { score: 1.5, attribution: [0.75, 0.25] },
  attribution: [
    { channel: 'suction', share: 0.75 },
    { channel: 'flow', share: 0.25 },
  ],
  quality: { missing: 0, interpolated: 2, late: 1 },
  inputDigest: epoch,
  policy: 7,
  inferUs: 41,
  producedMs: 1_795_000_016_250,
};
const columns = encodeResults([
  row,
  { ...row, fromUs: row.fromUs + 4e6, toUs: row.toUs + 4e6, decision: 'normal' },
]);
const block = {
  epoch,
  lane: v1.Lane.LANE_RESULT,
  seq: 42,
  seqLast: 42,
  kind: v1.BlockKind.BLOCK_KIND_RESULTS,
  count: 2,
  codec: v1.Codec.CODEC_NONE,
  crc32c: crc32c(columns),
  columns,
};
const alert = {
  episode: 'e1',
  state: v1.EpisodeState.EPISODE_STATE_OPEN,
  kind: 'anomaly',
  resultId: 'mz4q',
  pipeline: 'pump',
  device: 'hall-1-p3',
  release: row.release,
  releaseDigest: row.releaseDigest,
  fromUs: row.fromUs,
  toUs: row.toUs,
  output: 'score',
  value: 1.5,
  threshold: 1,
  attribution: row.attribution,
  policy: 7,
  message: 'score 1.5 above 1',
  wallMs: row.producedMs,
};
const sketch = {
  pipeline: 'pump',
  device: 'hall-1-p3',
  releaseDigest: row.releaseDigest,
  signal: 'flow',
  fromUs: row.fromUs,
  toUs: row.toUs,
  counts: [1, 2, 3, 0, 4],
  missing: 1,
  n: 10,
  mean: 3.5,
  m2: 12.25,
  min: 1,
  max: 9,
  measures: [{ name: 'psi', value: 0.125 }],
  level: v1.DriftLevel.DRIFT_LEVEL_OK,
  policy: 7,
  seq: 3,
};
const ledger = {
  epoch,
  samples: [
    {
      pipeline: 'pump',
      received: 100,
      rejected: [{ key: 'range', value: 2 }],
      open: 8,
      used: 80,
      gap: 6,
      skipped: 4,
    },
  ],
  results: {
    produced: 12,
    delivered: 8,
    pending: 2,
    summarized: 1,
    evicted: 1,
    decisions: [{ key: 'alert', value: 1 }],
  },
  alerts: { produced: 1, delivered: 1 },
};
const messages: [name: string, bytes: Uint8Array][] = [
  ['ResultColumns', columns],
  ['Block', encode(v1.Block, block)],
  ['AlertList', encode(v1.AlertList, { alerts: [alert] })],
  [
    'SummaryList',
    encode(v1.SummaryList, {
      level: 1,
      summaries: [
        {
          pipeline: 'pump',
          device: 'p',
          releaseDigest: 'd',
          output: 'score',
          count: 9,
          min: 0.5,
          mean: 1,
          max: 2,
          last: 1.5,
          fromUs: row.fromUs,
          toUs: row.toUs,
        },
      ],
    }),
  ],
  ['Tombstone', encode(v1.Tombstone, { reason: 'space', fromUs: row.fromUs, toUs: row.toUs })],
  [
    'SyncRequest',
    encode(v1.SyncRequest, {
      protocol: 1,
      epoch,
      clock: { boot: 'b', monoMs: 1234, wallMs: row.producedMs, uncertaintyMs: 50 },
      reported: {
        version: '0.1.0',
        labels: { site: 'oslo' },
        facts: { arch: 'x64' },
        pipelines: [
          {
            name: 'pump',
            wants: 'pump-anomaly',
            release: row.release,
            releaseDigest: row.releaseDigest,
            state: v1.SlotState.SLOT_STATE_ACTIVE,
            golden: [{ variant: 'int8', backend: 'native', passed: true, inferUs: 12.5 }],
            channels: ['flow'],
          },
        ],
        unclaimed: [{ topic: 'a/b', messages: 3 }],
        unclaimedMessages: 3,
        appliedGeneration: 9,
        devices: ['pump/hall-1-p3'],
        trusted: { targets: 2 },
      },
      ledgers: [ledger],
      blocks: [block],
      sketches: [sketch],
      seenInstance: 'i',
      seenGeneration: 9,
      lanes: [{ lane: v1.Lane.LANE_RESULT, firstPending: 42, last: 42 }],
    }),
  ],
  [
    'SyncResponse',
    encode(v1.SyncResponse, {
      instance: 'i',
      acks: [{ epoch, lane: v1.Lane.LANE_RESULT, cursor: 42, epochConflict: false }],
      sketchCursor: 3,
      desired: {
        generation: 10,
        pipelines: [
          {
            name: 'pump',
            release: 'pump-anomaly@1.1.0',
            releaseDigest: row.releaseDigest,
            role: v1.Role.ROLE_ACTIVE,
            rollout: 'ro_1',
            policy: '{}',
            policyGeneration: 7,
          },
        ],
      },
      nextSyncMs: 5000,
      wallMs: row.producedMs,
    }),
  ],
  ['ResultLedger', encode(v1.ResultLedger, { ...ledger.results, cursor: 41, acknowledged: 10 })],
  [
    'BundlePart',
    encode(v1.BundlePart, {
      agent: 'gw',
      bundle: epoch,
      index: 3,
      last: true,
      request: encode(v1.SyncRequest, { protocol: 1, epoch }),
      acknowledgement: {
        instance: 'i',
        acks: [{ epoch, lane: v1.Lane.LANE_RESULT, cursor: 42 }],
        held: [{ lane: v1.Lane.LANE_RESULT, firstPending: 2, last: 3 }],
        sketchCursor: 3,
        desired: { generation: 10 },
      },
    }),
  ],
  ['SignedPart', encode(v1.SignedPart, { content: epoch, signature: new Uint8Array(64).fill(1) })],
  [
    'GoldenVectors',
    encode(v1.GoldenVectors, {
      cases: [
        {
          inputs: [{ name: 'window', type: 'float32', dims: [1, 1], data: new Uint8Array(4) }],
          outputs: [{ name: 'label', type: 'string', dims: [1], strings: ['ok'] }],
        },
      ],
    }),
  ],
  [
    'DriftReference',
    encode(v1.DriftReference, {
      signals: [
        {
          name: 'flow',
          edges: [1, 2],
          counts: [3, 4, 5],
          n: 12,
          mean: 1.5,
          m2: 3,
          min: 0,
          max: 3,
          nulls: [{ block: 50, measures: [{ measure: 'psi', quantiles: [0.1, 0.2, 0.3, 0.4, 0.5] }] }],
          samplesPerHour: 7200,
        },
      ],
    }),
  ],
];

for (const [name, bytes] of messages) {
  const file = join(directory, `${name}.hex`);
  if (existsSync(file)) continue;
  writeFileSync(file, `${toHex(bytes)}\n`);
  const message = (v1 as unknown as Record<string, { decode(b: Uint8Array): unknown }>)[name]!.decode(bytes);
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(message, bytesAsHex, 2)}\n`);
}

function bytesAsHex(_key: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer')
    return `hex:${toHex(Uint8Array.from((value as unknown as { data: number[] }).data))}`;
  return value;
}
