/**
 * A centrifugal pump on a process line, driven at a varying speed n (1 = nominal).
 *
 *   pump curve    H = 40 n² - 0.0032 Q²   m      (affinity laws: Q ~ n, H ~ n², P ~ n³)
 *   line          H = 8 + 0.0096 v Q²     m      v: how far the valves are throttled, about 1
 *   suction       p = tank - 0.0002 Q²    bar (absolute)
 *   current       from shaft power rho g Q H / eta, plus the magnetizing current
 *
 * At n = 1: Q = 50 m³/h, H = 32 m. Each change of speed moves all five channels together; that is what healthy looks like.
 *
 * Cavitation begins as it does in a plant: the suction strainer clogs, so suction pressure collapses. When the net positive
 * suction head available, NPSHa = (p - vapour pressure) x 10.2 m/bar, comes near what the pump requires, NPSHr, vapour
 * bubbles form and implode: vibration rises in a broad band, head falls, and flow and current fluctuate each for itself, so
 * the channels no longer move together (J. F. Gülich, Centrifugal Pumps, 3rd ed. 2014, chapter 6).
 */
import type { Random } from '../random.ts';
import { createDuty } from '../signals/duty.ts';
import { createLag } from '../signals/lag.ts';
import { createWander } from '../signals/wander.ts';
import { createStepClock, type Machine, type MachineModel, toRange } from './machine.ts';

/** What is known of the pump. */
export const pumpModel = {
  kind: 'pump',
  description: 'centrifugal pump at varying speed: flow, pressures, motor current, vibration',
  channels: [
    { name: 'flow', unit: 'm3/h', range: [0, 100] },
    { name: 'suction', unit: 'bar', range: [0, 6] },
    { name: 'discharge', unit: 'bar', range: [0, 16] },
    { name: 'current', unit: 'A', range: [0, 40] },
    { name: 'vibration', unit: 'mm/s', range: [0, 50] },
  ],
  faults: { cavitation: 'vibration' },
  params: { loadMin: 0.86, loadMax: 1, tankBar: 1.35 },
} as const satisfies MachineModel;

/** Parameters of a pump: the relative speeds between which it is run, and the absolute pressure of the suction tank. */
export type PumpParams = Record<keyof typeof pumpModel.params, number>;

const barPerMetre = 0.0981;
const vapourBar = 0.0234;

/** A pump. */
export function createPump(random: Random, params: PumpParams): Machine {
  const elapsed = createStepClock('pump');
  const duty = createDuty(random.fork('duty'), {
    levels: [params.loadMin, params.loadMax],
    dwellS: [30, 120],
  });
  const inertia = createLag(6, duty(0));
  const ripple = createWander(random.fork('ripple'), 20, 0.008);
  const valve = createWander(random.fork('valve'), 45, 0.03);
  const tank = createWander(random.fork('tank'), 600, 0.015);
  const bubbles = createBubbles(random.fork('bubbles'));
  const sensors = createSensors(random.fork('sensors'));

  function step(timeUs: number, severities = {} as { cavitation?: number }): Float64Array {
    const dtS = elapsed(timeUs);
    const speed = inertia(duty(dtS), dtS) + ripple(dtS);
    const clog = 6e-4 * (severities.cavitation ?? 0);
    const line = 0.0096 * (1 + valve(dtS)) + clog / barPerMetre;
    const flow = Math.sqrt(Math.max(0, 40 * speed ** 2 - 8) / (0.0032 + line));
    const suction = Math.max(0.05, params.tankBar + tank(dtS) - (2e-4 + clog) * flow ** 2);
    const hit = bubbles(dtS, cavitationIntensity(suction, flow));
    const head = (40 * speed ** 2 - 0.0032 * flow ** 2) * hit.head;
    const bestFlow = 48 * Math.max(0.1, speed);
    const efficiency = 0.72 * (1 - 0.8 * (flow / bestFlow - 1) ** 2);
    const shaftW = (9810 * (flow / 3600) * head) / efficiency;
    const current = Math.hypot(4, shaftW / 530) * hit.current;
    const vibration = 0.7 + 1.4 * speed ** 2 + 6 * (flow / bestFlow - 1) ** 2 + hit.vibration;
    const discharge = suction + head * barPerMetre;
    const values = Float64Array.of(flow * hit.flow, suction + hit.suction, discharge, current, vibration);
    return toRange(sensors(values, dtS), pumpModel.channels);
  }

  return { kind: 'pump', channels: pumpModel.channels, step };
}

/** 0 (no bubbles) to 1 (fully developed). Inception lies well above NPSHr, which is defined by a head loss of 3 %. */
function cavitationIntensity(suctionBar: number, flowM3h: number): number {
  const available = (suctionBar - vapourBar) / barPerMetre;
  const required = 3 + 2 * (flowM3h / 50) ** 2;
  return Math.min(1, Math.max(0, (1.4 * required - available) / required));
}

// What imploding bubbles do to each quantity: factors on head, flow and current, additions to vibration and suction.
function createBubbles(random: Random) {
  const head = createWander(random.fork('head'), 0.4, 0.04);
  const flow = createWander(random.fork('flow'), 0.4, 0.05);
  const current = createWander(random.fork('current'), 0.4, 0.05);
  const suction = createWander(random.fork('suction'), 0.3, 0.05);
  const burst = createWander(random.fork('burst'), 0.3, 1.3);
  return (dtS: number, intensity: number) => ({
    head: 1 - intensity * (0.1 + head(dtS)),
    flow: 1 + intensity * flow(dtS),
    current: 1 + intensity * current(dtS),
    suction: intensity * suction(dtS),
    vibration: intensity * (4.5 + Math.abs(burst(dtS))),
  });
}

// Noise of the instruments: turbulence at the flow meter has a short memory, the rest has none worth modelling.
function createSensors(random: Random) {
  const turbulence = createWander(random.fork('flow'), 0.8, 0.35);
  const sd = [0.1, 0.008, 0.02, 0.06, 0.06];
  return (values: Float64Array, dtS: number): Float64Array => {
    values[0]! += turbulence(dtS);
    for (let i = 0; i < sd.length; i++) values[i]! += sd[i]! * random.normal();
    return values;
  };
}
