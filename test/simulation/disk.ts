/**
 * The disk of one machine: the faulty store of the durability tests behind a queue that takes its time, with faults that
 * come by chance. A batch is on the disk when its turn is over, so whoever commits meanwhile waits and shares, and a
 * crash finds batches under way.
 */
import type { Store, StoreOp } from '@skerry/agent/ports';
import type { Random } from '@skerry/firmware-sim/random';
import { type BatchFault, createFaultyDisk } from '../support/faulty-store.ts';
import type { DiskMix } from './mix.ts';
import { exponentialMs } from './random-port.ts';
import type { World } from './world.ts';

/** Mean length of a spell in which every batch is refused. */
const SPELL_MS = 20_000;
const KEPT = Number.POSITIVE_INFINITY;

export interface SimulatedDisk {
  /** The disk as a new process opens it. */
  open(): Store;
  /** What became of the latest batch, undefined where it simply succeeded. */
  readonly latest: BatchFault | undefined;
  /**
   * The process is gone. What it had handed to the operating system is on the disk after a kill; after a power loss what
   * was not synced is gone, but for a first part of it. The batch under way may be there or not, whole.
   */
  crash(how: 'kill' | 'power'): void;
  /** One byte of one record turns, or a record vanishes, as damaged flash does; returns what it was. */
  damage(): string;
  heal(): void;
}

export interface DiskOptions {
  world: World;
  random: Random;
  mix: DiskMix;
  machine: string;
  /** Called right before a batch takes the power with it. */
  onPowerLoss: () => void;
}

interface Waiting {
  ops: readonly StoreOp[];
  sync: boolean;
  resolve: (done: Promise<void>) => void;
}

/** An empty disk. */
export function createSimulatedDisk(options: DiskOptions): SimulatedDisk {
  return new Disk(options);
}

class Disk implements SimulatedDisk {
  latest: BatchFault | undefined;
  readonly #o: DiskOptions;
  readonly #disk = createFaultyDisk();
  #queue: Waiting[] = [];
  #store: Store = this.#disk.open();
  #life = 0;
  #healed = false;
  #refuses: { fault: 'full' | 'failed'; untilMs: number } = { fault: 'full', untilMs: 0 };

  constructor(options: DiskOptions) {
    this.#o = options;
    const { world, mix, machine, onPowerLoss } = options;
    this.#disk.fault = (batch, ops) => {
      this.latest = this.#draw();
      world.trace.note(machine, `batch ${batch}: ${ops.length} ops${this.latest ? `, ${this.latest}` : ''}`);
      if (this.latest === 'lost' || this.latest === 'kept') onPowerLoss();
      return this.latest;
    };
    this.#planSpell('full', mix.fullEveryMs);
    this.#planSpell('failed', mix.readOnlyEveryMs);
  }

  open(): Store {
    const store = this.#disk.open();
    this.#store = store;
    this.#queue = [];
    this.#life++;
    if (this.#o.mix.syncMs === 0) return store;
    return {
      ...store,
      batch: (ops, { sync }) => {
        const copies = ops.map((op) => (op.type === 'put' ? { ...op, value: op.value.slice() } : op));
        return new Promise((resolve) => {
          this.#queue.push({ ops: copies, sync, resolve });
          if (this.#queue.length === 1) this.#serve(this.#life);
        });
      },
    };
  }

  crash(how: 'kill' | 'power'): void {
    const { random } = this.#o;
    const [underWay] = this.#queue;
    this.#queue = [];
    this.#life++;
    if (underWay && random.uniform() < 0.5) this.#disk.apply(underWay.ops, underWay.sync);
    const unsynced = random.uniform() < 0.5 ? 0 : Math.floor(random.uniform() * (this.#disk.unsynced + 1));
    this.#disk.powerLoss(how === 'kill' ? KEPT : unsynced);
  }

  damage(): string {
    const { random } = this.#o;
    const keys = this.#disk.keys().filter((key) => /^[bcdjms]\//.test(key));
    const key = keys[random.u32() % Math.max(1, keys.length)];
    if (key === undefined) return 'nothing is there to be damaged';
    if (random.uniform() < 0.5) {
      this.#disk.vanish(key);
      return `${key} vanishes`;
    }
    const at = random.u32() % this.#disk.size(key);
    this.#disk.flip(key, at);
    return `byte ${at} of ${key} turns`;
  }

  heal(): void {
    this.#healed = true;
  }

  // LevelDB writes one batch after the other; each ends when it is on the disk.
  #serve(life: number): void {
    const { world, random, mix } = this.#o;
    world.after(mix.syncMs * (0.5 + random.uniform()), () => {
      if (life !== this.#life) return;
      const { ops, sync, resolve } = this.#queue.shift()!;
      resolve(this.#store.batch(ops, { sync }));
      if (this.#queue.length > 0 && life === this.#life) this.#serve(life);
    });
  }

  #planSpell(fault: 'full' | 'failed', everyMs: number): void {
    if (everyMs === 0) return;
    const { world, random } = this.#o;
    world.after(exponentialMs(random, everyMs), () => {
      if (this.#healed) return;
      this.#refuses = { fault, untilMs: world.nowMs + exponentialMs(random, SPELL_MS) };
      this.#planSpell(fault, everyMs);
    });
  }

  #draw(): BatchFault | undefined {
    if (this.#healed) return undefined;
    const { world, random, mix } = this.#o;
    if (world.nowMs < this.#refuses.untilMs) return this.#refuses.fault;
    let chance = random.uniform();
    for (const fault of ['lost', 'kept', 'failed', 'unsure'] as const) {
      chance -= mix[fault];
      if (chance < 0) return fault;
    }
    return undefined;
  }
}
