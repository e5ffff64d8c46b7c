/** How long both models take for the same batch, measured in turns so that a busy machine is busy for both. */
import type { Clock, InferenceBackend, InferenceSession } from '@skerry/agent/ports';
import type { Feed } from './calibrate.ts';

export interface Latency {
  windows: number;
  /** Medians, in microseconds a run. */
  fp32Us: number;
  int8Us: number;
  /** int8 over fp32: below 1 int8 is faster. The median of the turns' own ratios. */
  ratio: number;
}

const TURNS = 15;
// Long enough for the clock, short enough that the machine's mood is the same for both.
const TURN_MS = 4;

/** Measures both models on one backend. */
export async function measureLatency(
  backend: InferenceBackend,
  clock: Pick<Clock, 'monoMs'>,
  models: { fp32: Uint8Array; int8: Uint8Array },
  batch: { feed: Feed; windows: number },
): Promise<Latency> {
  const fp32 = await backend.create({ bytes: models.fp32 });
  const int8 = await backend.create({ bytes: models.int8 });
  try {
    const runs = async (session: InferenceSession, count: number): Promise<number> => {
      const startMs = clock.monoMs();
      for (let i = 0; i < count; i++) await session.run(batch.feed);
      return ((clock.monoMs() - startMs) * 1e3) / count;
    };
    const warmUs = Math.max(1, ...[await runs(fp32, 5), await runs(int8, 5)]);
    const count = Math.max(1, Math.ceil((TURN_MS * 1e3) / warmUs));
    const turns: { fp32Us: number; int8Us: number }[] = [];
    for (let turn = 0; turn < TURNS; turn++)
      turns.push({ fp32Us: await runs(fp32, count), int8Us: await runs(int8, count) });
    return {
      windows: batch.windows,
      fp32Us: median(turns.map((t) => t.fp32Us)),
      int8Us: median(turns.map((t) => t.int8Us)),
      ratio: median(turns.map((t) => t.int8Us / t.fp32Us)),
    };
  } finally {
    await fp32.release();
    await int8.release();
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}
