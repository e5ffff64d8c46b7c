/** The agent's clock, for people. */
import { formatDuration, isoFromUs } from '@skerry/proto/units';
import type { ClockStatus } from '../local/view.ts';
import type { ClockReport } from './agent-time.ts';

/** Less than this is no news: clocks are slewed by as much all the time. */
const NOTABLE_MS = 1_000;
const MAX_NAMED = 5;

/** The clock as `status` has it. */
export function clockStatus({
  state,
  nowMs,
  wallMs,
  uncertaintyMs,
  arrivalAheadMs,
}: ClockReport): ClockStatus {
  return {
    state,
    time: iso(nowMs),
    machine: iso(wallMs),
    ...(uncertaintyMs !== undefined && { uncertaintyMs: Math.ceil(uncertaintyMs) }),
    arrivalAheadMs: Math.round(arrivalAheadMs),
  };
}

/** What a person should know of it. `stampsArrival`: some pipeline takes the time of arrival for the event time. */
export function clockNotices(clock: ClockReport, stampsArrival: boolean): string[] {
  const { state, nowMs, wallMs, arrivalAheadMs } = clock;
  const notices: string[] = [];
  if (state === 'disputed')
    notices.push(
      `this machine's clock is ${formatDuration(Math.abs(wallMs - nowMs))} ${wallMs > nowMs ? 'ahead of' : 'behind'} the control plane's, which is taken instead`,
    );
  if (state === 'unknown' && wallMs < nowMs)
    notices.push(
      `this machine doesn't know the time: its clock says ${iso(wallMs)}, and it was later before; it is taken to be ${iso(nowMs)} until the clock is set or the control plane answers`,
    );
  if (stampsArrival && arrivalAheadMs >= NOTABLE_MS)
    notices.push(
      `times of arrival are ${formatDuration(arrivalAheadMs)} ahead: the clock was set back, and they never go back`,
    );
  return notices;
}

/** Devices of a pipeline that have given times which can't be yet. */
export function aheadNotice(
  pipeline: string,
  ahead: readonly { device: string; timeUs: number }[],
  latestMs: number,
): string[] {
  if (ahead.length === 0) return [];
  const furthestMs = Math.max(...ahead.map(({ timeUs }) => timeUs / 1_000)) - latestMs;
  const named = ahead.slice(0, MAX_NAMED).map(({ device }) => device);
  const more = ahead.length > MAX_NAMED ? ` and ${ahead.length - MAX_NAMED} more` : '';
  return [
    `${pipeline}: ${named.join(', ')}${more} gave times up to ${formatDuration(furthestMs)} ahead of now; what they send is late until then`,
  ];
}

function iso(ms: number): string {
  return isoFromUs(Math.round(ms) * 1_000);
}
