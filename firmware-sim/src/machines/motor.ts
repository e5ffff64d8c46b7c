/**
 * A four-pole 50 Hz induction motor whose drive-end bearing (SKF 6205) can fail.
 *
 * Its vibration is not drawn but measured: each reading synthesizes 125 ms of acceleration at 8192 Hz (unbalance at one and
 * two turns, broadband noise, and with a damaged outer race one ringing impact each time a ball passes) and computes from
 * it what a vibration sensor sends: velocity RMS, and the line of the envelope spectrum at the ball-pass frequency (BPFO).
 *
 * At 1475 rpm the shaft turns at 24.58 Hz and BPFO is 3.585 x 24.58 = 88.1 Hz. As on real machines the envelope shows the
 * damage long before the velocity does.
 */
import type { Random } from '../random.ts';
import { bearing6205, bearingFrequencies } from '../signals/bearing.ts';
import { createDuty } from '../signals/duty.ts';
import { envelopeLine, velocityRms } from '../signals/indicators.ts';
import { createLag } from '../signals/lag.ts';
import { createWander } from '../signals/wander.ts';
import { bearingAcceleration, gravity, motorSensor } from './bearing-vibration.ts';
import { createStepClock, type Machine, type MachineModel, toRange } from './machine.ts';

/** What is known of the motor. */
export const motorModel = {
  kind: 'motor',
  description: 'induction motor: vibration velocity, bearing envelope, winding temperature, speed, current',
  channels: [
    { name: 'vibration', unit: 'mm/s', range: [0, 50] },
    { name: 'envelope', unit: 'g', range: [0, 20] },
    { name: 'temperature', unit: 'Cel', range: [-40, 180] },
    { name: 'speed', unit: 'rpm', range: [0, 1800] },
    { name: 'current', unit: 'A', range: [0, 60] },
  ],
  faults: { bearing: 'envelope' },
  params: { loadMin: 0.5, loadMax: 0.9, ambientC: 24 },
} as const satisfies MachineModel;

/** Parameters of a motor: the relative torques between which it is loaded, and the temperature around it. */
export type MotorParams = Record<keyof typeof motorModel.params, number>;

/** Where this motor's sensor sits: the structure's resonance and its decay, and the noise there. */
const motorMount = {
  resonanceHz: motorSensor.resonanceHz,
  decayS: 0.0012,
  noiseG: 0.1,
  imbalance: 1,
} as const;

/** A motor. */
export function createMotor(random: Random, params: MotorParams): Machine {
  const elapsed = createStepClock('motor');
  const duty = createDuty(random.fork('duty'), {
    levels: [params.loadMin, params.loadMax],
    dwellS: [40, 160],
  });
  const inertia = createLag(4, duty(0));
  const ripple = createWander(random.fork('ripple'), 15, 0.012);
  const ambient = createWander(random.fork('ambient'), 1800, 1.2);
  const middle = (params.loadMin + params.loadMax) / 2;
  const winding = createLag(400, copperRiseC(lineCurrentA(middle)));
  const noise = random.fork('sensors');
  const acceleration = random.fork('acceleration');

  function step(timeUs: number, severities = {} as { bearing?: number }): Float64Array {
    const dtS = elapsed(timeUs);
    const severity = severities.bearing ?? 0;
    const load = inertia(duty(dtS), dtS) + ripple(dtS);
    const speedRpm = 1500 - 32 * load;
    const current = lineCurrentA(load + 0.02 * severity);
    const temperature = params.ambientC + ambient(dtS) + winding(copperRiseC(current) + 4 * severity, dtS);
    const wave = synthesizeAcceleration(acceleration, { speedRpm, load, severity });
    const { bpfoHz } = bearingFrequencies(bearing6205, speedRpm / 60);
    const line = { carrierHz: motorSensor.resonanceHz, frequencyHz: bpfoHz };
    const values = Float64Array.of(
      velocityRms(wave, motorSensor.sampleHz),
      envelopeLine(wave, motorSensor.sampleHz, line) / gravity,
      temperature + 0.15 * noise.normal(),
      speedRpm + 0.4 * noise.normal(),
      current + 0.08 * noise.normal(),
    );
    return toRange(values, motorModel.channels);
  }

  return { kind: 'motor', channels: motorModel.channels, step };
}

/** What the motor shakes with: shaft speed, relative load, and the damage of the bearing's outer race, 0 to 1. */
export interface MotorState {
  readonly speedRpm: number;
  readonly load: number;
  readonly severity: number;
}

/** One reading's worth of acceleration in m/s2 on the bearing's housing. */
export function synthesizeAcceleration(random: Random, state: MotorState): Float64Array {
  return bearingAcceleration(random, { ...state, ...motorMount, condition: 'outer-race' });
}

function lineCurrentA(load: number): number {
  return Math.hypot(6, 14 * load);
}

// 70 K above ambient at the rated 15.2 A, by the square of the current.
function copperRiseC(currentA: number): number {
  return 70 * (currentA / 15.2) ** 2;
}
