/**
 * A heated, ventilated room with people in it: one thermal mass, one air volume.
 *
 *   temperature   C dT/dt = heater + 0.1 kW x people - (T - outdoor) x (walls + air exchange)
 *   CO2           V dc/dt = 0.018 m³/h x people - exchange x (c - 420 ppm)      (0.018 m³/h: ASHRAE 62.1, seated)
 *   moisture      the same balance with 0.05 kg/h a person
 *   heater        a proportional controller around the setpoint, 0 to 100 %
 *
 * An open window multiplies the air exchange: temperature, CO2 and moisture fall towards outdoors and the heater works
 * against it. A stuck heater valve holds its opening whatever the controller wants, and the room overheats.
 */
import type { Random } from '../random.ts';
import { relativeHumidity, waterContentGKg } from '../signals/air.ts';
import { createDuty } from '../signals/duty.ts';
import { createLag } from '../signals/lag.ts';
import { createWander } from '../signals/wander.ts';
import { createStepClock, type Machine, type MachineModel, toRange } from './machine.ts';

/** What is known of the room. */
export const roomModel = {
  kind: 'room',
  description: 'heated and ventilated room with people: temperature, humidity, CO2, heater',
  channels: [
    { name: 'temperature', unit: 'Cel', range: [-20, 60] },
    { name: 'humidity', unit: '%RH', range: [0, 100] },
    { name: 'co2', unit: 'ppm', range: [0, 5000] },
    { name: 'heater', unit: '%', range: [0, 100] },
  ],
  faults: { 'window-open': 'temperature', 'heater-stuck': 'temperature' },
  params: { setpointC: 21, outdoorC: 5, peopleMax: 6 },
} as const satisfies MachineModel;

/** Parameters of a room: the thermostat's setpoint, the weather's mean, and the most people who sit in it. */
export type RoomParams = Record<keyof typeof roomModel.params, number>;

const volumeM3 = 80;
const ventilationM3h = 240;
const windowM3h = 1600;
const heaterKw = 6;
const wallsKwK = 0.07;
const airKwhM3K = 0.000335;
// Air, furniture and the first centimetre of the walls.
const capacityKwhK = 0.12;
const outdoorCo2Ppm = 420;

/** A room. */
export function createRoom(random: Random, params: RoomParams): Machine {
  const elapsed = createStepClock('room');
  const occupancy = createDuty(random.fork('people'), { levels: [0, params.peopleMax], dwellS: [300, 1200] });
  const weather = createWander(random.fork('weather'), 3600, 1);
  const noise = random.fork('sensors');
  const arriving = createLag(60, occupancy(0));
  const balance = createBalance(params, arriving(0, 0));

  function step(
    timeUs: number,
    severities = {} as { 'window-open'?: number; 'heater-stuck'?: number },
  ): Float64Array {
    const dtS = elapsed(timeUs);
    const air = balance(dtS, {
      people: arriving(occupancy(dtS), dtS),
      outdoorC: params.outdoorC + weather(dtS),
      exchangeM3h: ventilationM3h + windowM3h * (severities['window-open'] ?? 0),
      stuck: severities['heater-stuck'] ?? 0,
    });
    const values = Float64Array.of(
      air.temperatureC + 0.04 * noise.normal(),
      relativeHumidity(air.waterGKg, air.temperatureC) + 0.25 * noise.normal(),
      air.co2Ppm + 6 * noise.normal(),
      air.heaterPercent + 0.5 * noise.normal(),
    );
    return toRange(values, roomModel.channels);
  }

  return { kind: 'room', channels: roomModel.channels, step };
}

interface Drive {
  readonly people: number;
  readonly outdoorC: number;
  readonly exchangeM3h: number;
  readonly stuck: number;
}

// The three balances, solved over a step with the exchange held constant. The heater sees the temperature of the step
// before, so a step is cut to 10 s: longer ones would make the controller swing.
function createBalance(params: RoomParams, people: number) {
  const outdoorWater = waterContentGKg(75, params.outdoorC);
  const air = {
    temperatureC: params.setpointC,
    waterGKg: outdoorWater + waterGainGKg(people, ventilationM3h),
    co2Ppm: outdoorCo2Ppm + co2GainPpm(people, ventilationM3h),
    heaterPercent: 0,
  };

  function advance(dtS: number, drive: Drive): void {
    const lossKwK = wallsKwK + airKwhM3K * drive.exchangeM3h;
    const wanted = 40 + 60 * (params.setpointC - air.temperatureC);
    const controlled = Math.min(100, Math.max(0, wanted));
    air.heaterPercent = controlled + drive.stuck * (100 - controlled);
    const gainKw = (heaterKw * air.heaterPercent) / 100 + 0.1 * drive.people;
    const exchangeS = (3600 * volumeM3) / drive.exchangeM3h;
    const thermalS = (3600 * capacityKwhK) / lossKwK;
    air.temperatureC = settle(air.temperatureC, drive.outdoorC + gainKw / lossKwK, dtS / thermalS);
    air.co2Ppm = settle(
      air.co2Ppm,
      outdoorCo2Ppm + co2GainPpm(drive.people, drive.exchangeM3h),
      dtS / exchangeS,
    );
    air.waterGKg = settle(
      air.waterGKg,
      outdoorWater + waterGainGKg(drive.people, drive.exchangeM3h),
      dtS / exchangeS,
    );
  }

  return (dtS: number, drive: Drive): Readonly<typeof air> => {
    // A day settles everything; more steps would change nothing.
    let leftS = Math.min(dtS, 86_400);
    do {
      advance(Math.min(leftS, 10), drive);
      leftS -= 10;
    } while (leftS > 0);
    return air;
  };
}

// First-order approach to a target over `steps` time constants, exact for a target that holds.
function settle(value: number, target: number, steps: number): number {
  return value + (target - value) * -Math.expm1(-steps);
}

function co2GainPpm(people: number, exchangeM3h: number): number {
  return (people * 0.018 * 1e6) / exchangeM3h;
}

// 0.05 kg/h a person into air of 1.2 kg/m³.
function waterGainGKg(people: number, exchangeM3h: number): number {
  return (people * 50) / (1.2 * exchangeM3h);
}
