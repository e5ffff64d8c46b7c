import { createRandom } from '../random.ts';
import type { Machine, MachineKind, MachineModel } from './machine.ts';
import { createMotor, motorModel } from './motor.ts';
import { createPump, pumpModel } from './pump.ts';
import { createRoom, roomModel } from './room.ts';

/** Every machine that can be simulated, by kind. */
export const machineModels: Readonly<Record<MachineKind, MachineModel>> = {
  pump: pumpModel,
  motor: motorModel,
  room: roomModel,
};

/** What makes one machine differ from another of its kind. */
export interface MachineOptions {
  readonly seed: number;
  /** Overrides of the model's parameters; a name that the model doesn't have throws. */
  readonly params?: Readonly<Record<string, number>>;
}

/** Builds a machine. The same kind, seed and parameters give the same readings at the same times. */
export function createMachine(kind: MachineKind, { seed, params = {} }: MachineOptions): Machine {
  for (const name of Object.keys(params)) {
    if (!Object.hasOwn(machineModels[kind].params, name))
      throw new RangeError(`a ${kind} has no parameter ${name}`);
  }
  const random = createRandom(seed).fork(kind);
  switch (kind) {
    case 'pump':
      return createPump(random, { ...pumpModel.params, ...params });
    case 'motor':
      return createMotor(random, { ...motorModel.params, ...params });
    case 'room':
      return createRoom(random, { ...roomModel.params, ...params });
  }
}
