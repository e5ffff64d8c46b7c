/** The disk of one machine: the faulty store of the durability tests, with faults that come by chance. */
import type { StoreOp } from '@skerry/agent/ports';
import type { Random } from '@skerry/firmware-sim/random';
import { type BatchFault, createFaultyDisk, type FaultyDisk } from '../support/faulty-store.ts';
import type { DiskMix } from './mix.ts';
import { exponentialMs } from './random-port.ts';
import type { World } from './world.ts';

const FULL_FOR_MS = 20_000;

export interface SimulatedDisk {
  readonly disk: FaultyDisk;
  /** What became of the latest batch, undefined where it simply succeeded. */
  readonly latest: BatchFault | undefined;
  heal(): void;
}

/** An empty disk; `onPowerLoss` is called right before a batch takes the power with it. */
export function createSimulatedDisk(options: {
  world: World;
  random: Random;
  mix: DiskMix;
  machine: string;
  onPowerLoss: () => void;
}): SimulatedDisk {
  const { world, random, mix, machine, onPowerLoss } = options;
  const disk = createFaultyDisk();
  let healed = false;
  let fullUntilMs = 0;
  let latest: BatchFault | undefined;

  function planFull(): void {
    if (mix.fullEveryMs === 0) return;
    world.after(exponentialMs(random, mix.fullEveryMs), () => {
      fullUntilMs = world.nowMs + exponentialMs(random, FULL_FOR_MS);
      if (!healed) planFull();
    });
  }

  function draw(): BatchFault | undefined {
    if (healed) return undefined;
    if (world.nowMs < fullUntilMs) return 'full';
    let chance = random.uniform();
    for (const fault of ['lost', 'kept', 'failed', 'unsure'] as const) {
      chance -= mix[fault];
      if (chance < 0) return fault;
    }
    return undefined;
  }

  disk.fault = (batch: number, ops: readonly StoreOp[]) => {
    latest = draw();
    world.trace.note(machine, `batch ${batch}: ${ops.length} ops${latest ? `, ${latest}` : ''}`);
    if (latest === 'lost' || latest === 'kept') onPowerLoss();
    return latest;
  };
  planFull();
  return {
    disk,
    get latest() {
      return latest;
    },
    heal() {
      healed = true;
    },
  };
}
