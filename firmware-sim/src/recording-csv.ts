/**
 * A machine's recording as CSV lines, as a historian would export it:
 *
 *   ts,flow,suction,discharge,current,vibration,fault
 *   1767225600000,45.912,1.203,4.118,12.04,1.871,0
 */
import type { MachineRecording } from './machines/recording.ts';

/**
 * Lines with a header: `ts` in milliseconds since the Unix epoch, one column a channel (six significant digits, more than
 * any of these sensors has), and, where `isFaulty` is given, `fault` as 0 or 1 of the seconds since the first row.
 */
export function* csvLines(
  { channels, timesUs, rows }: MachineRecording,
  isFaulty?: (elapsedS: number) => boolean,
): Generator<string> {
  const label = isFaulty ? ',fault' : '';
  yield `ts,${channels.map(({ name }) => name).join(',')}${label}\n`;
  for (const [r, timeUs] of timesUs.entries()) {
    const values = rows.subarray(r * channels.length, (r + 1) * channels.length);
    const elapsedS = (timeUs - timesUs[0]!) / 1e6;
    const faulty = isFaulty ? `,${isFaulty(elapsedS) ? 1 : 0}` : '';
    yield `${Math.round(timeUs / 1_000)},${Array.from(values, (v) => Number(v.toPrecision(6))).join(',')}${faulty}\n`;
  }
}
