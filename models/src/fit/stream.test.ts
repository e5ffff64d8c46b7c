import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom } from '@skerry/firmware-sim/random';
import { describe, expect, it } from 'vitest';
import { float32 } from '../graph/tensor.ts';
import { MEMORY_SIZE, streamScore, WARM_UP } from './stream.ts';
import { streamGraph } from './stream-graph.ts';

/** Scores of a whole stream by the formulas. */
function scoresOf(values: ArrayLike<number>): number[] {
  const memory = new Float64Array(MEMORY_SIZE);
  return Array.from(values, (x) => streamScore(memory, x));
}

/** Scores of several streams by ONNX Runtime, fed side by side as one batch. */
async function scoresByGraph(streams: readonly ArrayLike<number>[]): Promise<number[][]> {
  const session = await createOrtNodeBackend().create({ bytes: streamGraph() });
  const scores: number[][] = streams.map(() => []);
  let memory = float32([streams.length, MEMORY_SIZE], new Float32Array(streams.length * MEMORY_SIZE));
  for (let i = 0; i < streams[0]!.length; i++) {
    const window = float32(
      [streams.length, 1, 1],
      streams.map((stream) => stream[i]!),
    );
    const got = await session.run({ window, memory });
    memory = got.memory_next! as typeof memory;
    for (const [s, list] of scores.entries()) list.push(Number(got.score!.data[s]));
  }
  await session.release();
  return scores;
}

const random = createRandom(9);
const noise = (count: number, level = 50): Float64Array =>
  Float64Array.from({ length: count }, () => level + random.normal());
/** Eight samples an hour: a day's 192 of which the middle third is high. */
const days = (count: number): Float64Array =>
  Float64Array.from(
    { length: count },
    (_, t) => (t % 192 >= 64 && t % 192 < 128 ? 80 : 20) + random.normal(),
  );

const alarms = (scores: readonly number[]): number[] => [...scores.keys()].filter((i) => scores[i]! > 0.5);

describe('the streaming score', () => {
  it('is the same in ONNX Runtime and by the formulas, whatever the level, and for streams side by side', async () => {
    const count = 2_600;
    const streams = [noise(count), noise(count, -1e6), days(count), new Float64Array(count).fill(42)];
    streams[0]![1_000] = 90;
    streams[1]!.fill(-1e6 + 30, 2_000, 2_100);
    streams[3]![2_400] = 43;
    const float = streams.map((stream) => Float32Array.from(stream));
    const got = await scoresByGraph(float);
    for (const [s, stream] of float.entries()) {
      const want = scoresOf(stream);
      for (const [i, score] of want.entries()) expect(got[s]![i], `stream ${s}, ${i}`).toBeCloseTo(score, 2);
    }
  });

  it('reports a spike once, though the next samples are still unusual', () => {
    const values = noise(1_500);
    for (let i = 1_000; i < 1_010; i++) values[i]! += 30;
    expect(alarms(scoresOf(values)).filter((i) => i >= 990)).toEqual([1_000]);
  });

  it('reports an event again when it grows', () => {
    const values = noise(1_500);
    values[1_000]! += 30;
    values[1_050]! += 300;
    expect(alarms(scoresOf(values)).filter((i) => i >= 990)).toEqual([1_000, 1_050]);
  });

  it('notices a small shift that no single sample shows', () => {
    const values = noise(2_000);
    for (let i = 1_500; i < 2_000; i++) values[i]! += 1.5;
    const first = alarms(scoresOf(values)).find((i) => i >= 1_500);
    expect(first).toBeLessThan(1_550);
  });

  it('notices a daily peak that fails to come, at values that are nothing special', () => {
    const values = days(16 * 192);
    expect(alarms(scoresOf(values)).filter((i) => i > 3 * 192)).toEqual([]);
    const from = 14 * 192 + 64;
    for (let i = from + 30; i < from + 34; i++) values[i] = 50 + random.normal();
    const found = alarms(scoresOf(values)).filter((i) => i > 3 * 192);
    expect(found[0]).toBeGreaterThanOrEqual(from + 30);
    expect(found[0]).toBeLessThan(from + 44);
  });

  it('leaves a constant alone, and the trembling of one', () => {
    expect(alarms(scoresOf(new Float64Array(500).fill(1_000)))).toEqual([]);
    const trembling = new Float64Array(500).fill(1_000);
    trembling[300] = 1_000.005;
    trembling[400] = 1_010;
    expect(alarms(scoresOf(trembling))).toEqual([400]);
  });

  it('says nothing of the first samples, and stays finite for the greatest numbers', async () => {
    expect(scoresOf(noise(WARM_UP)).every((score) => score === 0)).toBe(true);
    const wild = Float32Array.from({ length: 200 }, (_, i) => (i === 150 ? 3e38 : i === 160 ? -3e38 : i));
    const [scores] = await scoresByGraph([wild]);
    expect(scores!.every(Number.isFinite)).toBe(true);
    expect(scores![150]).toBeGreaterThan(0.99);
  });

  it('forgets: an outlier hides nothing any more once some 2,000 samples have passed', () => {
    const values = noise(5_000);
    values[500] = 1e6;
    values[1_500] = 100;
    values[4_500] = 100;
    const found = alarms(scoresOf(values));
    expect(found).toContain(500);
    expect(found).not.toContain(1_500);
    expect(found).toContain(4_500);
  });
});
