/** The agent's clock, for people. */
import { formatDuration, isoFromUs } from '@skerry/proto/units';
import type { ClockStatus } from '../local/view.ts';
import type { ClockReport } from './agent-time.ts';

/** Less than this is no news: clocks are slewed by as much all the time. */
const NOTABLE_MS = 1_000;

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

function iso(ms: number): string {
  return isoFromUs(Math.round(ms) * 1_000);
}
