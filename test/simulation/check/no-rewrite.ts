/**
 * Invariant 2, in the control plane's own database: every block that comes to lie there is read at once. A result id
 * lies there once, whatever was repeated on the way, and says what it says in a history without any fault.
 */

import { nodeCompression } from '@skerry/agent/adapters/node-compression';
import type { Sql } from '@skerry/control-plane/ports';
import { toHex } from '@skerry/proto/bytes';
import { resultId } from '@skerry/proto/ids';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decodeResults, type ResultRow } from '@skerry/proto/results';
import { v1 } from '@skerry/proto/wire';
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'invariant 2 (each result once, and never another)';
const CODECS: Record<string, number> = {
  none: v1.Codec.CODEC_NONE,
  gzip: v1.Codec.CODEC_GZIP,
  zstd: v1.Codec.CODEC_ZSTD,
};

/** What a result says, and how many samples came too late before it: samples that are sent again raise it. */
export interface HeldResult {
  agent: string;
  text: string;
  late: number;
}

/** A row as it is compared: without what depends on when it was computed. */
export function heldResult(agent: string, row: ResultRow): { id: string; result: HeldResult } {
  const { quality, producedMs: _, uncertaintyMs: __, inferUs: ___, inputDigest, ...rest } = row;
  const { late, ...counts } = quality;
  const text = JSON.stringify({ ...rest, ...counts, inputDigest: toHex(inputDigest) });
  return { id: resultId(nodeCrypto, { agent, ...row }), result: { agent, text, late } };
}

export interface ResultCheck {
  /** Reads what is new. */
  look(): void;
  /** Alert records that the control plane took, of all agents. */
  alerts(): number;
  /** By id. */
  readonly held: ReadonlyMap<string, HeldResult>;
}

interface BlockRow extends Record<string, string | number | Uint8Array | null> {
  agent: string;
  epoch: string;
  seq: number;
  received_ms: number;
  codec: string;
  bytes: Uint8Array;
  duplicates: string | null;
  bad: string | null;
}

/**
 * A checker over a shard's database; `expected` are the results of a history without faults, where they are
 * known.
 * Agents that are `excused` may say something else. `asExpected` names the release that a row is expected of: of two that
 * compute the same it doesn't matter which one did, and a window is judged by one of them only.
 */
export function createResultCheck(
  world: World,
  shard: Sql,
  expected: ReadonlyMap<string, HeldResult> | undefined,
  excused: (agent: string) => boolean,
  asExpected: (row: ResultRow) => ResultRow = (row) => row,
): ResultCheck {
  const held = new Map<string, HeldResult>();
  /** Blocks received at the moment of the last look, which may not have been the last of that moment. */
  let [lookedMs, seen] = [0, new Set<string>()];
  const fail = (message: string): void => world.fail(new InvariantBroken(INVARIANT, message));

  function take(agent: string, row: ResultRow): void {
    const { id, result } = heldResult(agent, row);
    const { text, late } = result;
    const label = `result ${id} of ${agent}/${row.device} from ${new Date(row.fromUs / 1000).toISOString()}`;
    if (held.has(id)) fail(`${label} is held twice`);
    held.set(id, result);
    if (!expected || excused(agent)) return;
    const right = expected.get(id);
    if (!right) fail(`${label} does not exist without faults: ${text}`);
    else if (right.text !== text) fail(`${label} says ${text}, and without faults ${right.text}`);
    else if (late < right.late) fail(`${label} knows of ${late} late samples, and there were ${right.late}`);
  }

  return {
    held,
    alerts: () =>
      shard.all<{ value: number }>("SELECT value FROM counter WHERE name = 'alerts_ingested'")[0]?.value ?? 0,
    look() {
      // Nobody clones a disk here and nothing is changed on its way, so the control plane has no reason to suspect it.
      const suspicions = shard.all<{ name: string }>(
        `SELECT name FROM counter WHERE value > 0 AND name IN ('epoch_conflicts', 'blocks_quarantined', 'blocks_refused')`,
      );
      for (const { name } of suspicions)
        fail(`the control plane counts ${name.replace('_conflicts', ' conflicts')}`);
      // Not by the block's id: once everything was let go, ids begin anew.
      const blocks = shard.all<BlockRow>(
        "SELECT * FROM block WHERE received_ms >= ? AND kind = 'results' ORDER BY received_ms, id",
        lookedMs,
      );
      for (const block of blocks) {
        const { agent, epoch, seq, codec, bytes, duplicates, bad, received_ms } = block;
        if (received_ms > lookedMs) [lookedMs, seen] = [received_ms, new Set()];
        const key = `${agent}/${epoch}/${seq}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (bad !== null) fail(`block ${seq} of ${agent} can't be read: ${bad}`);
        const left = new Set(duplicates === null ? [] : (JSON.parse(duplicates) as number[]));
        const rows = decodeResults(nodeCompression.decompress(CODECS[codec]!, bytes));
        for (const [index, row] of rows.entries()) if (!left.has(index)) take(agent, asExpected(row));
      }
    },
  };
}
