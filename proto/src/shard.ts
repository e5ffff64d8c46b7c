import { utf8 } from './bytes.ts';

/** Which of `count` shards holds an agent: FNV-1a (32 bit) of its id, modulo. Fixed for the life of a deployment. */
export function shardOf(agent: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8(agent)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % count;
}
