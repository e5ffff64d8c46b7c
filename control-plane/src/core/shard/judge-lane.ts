/** Says what of a lane's ledger is proven, and in plain words what isn't. Pure: the tables were read before. */
import type { Gap } from './gaps.ts';
import type { LaneName } from './ingest.ts';
import type { LaneClaim, LaneFacts, LaneProof } from './proof.ts';

/** Gaps that are listed; the others are counted. */
const MAX_LISTED = 200;

/** Judges one lane. `current`: its epoch goes on. */
export function judgeLane(lane: LaneName, claim: LaneClaim, facts: LaneFacts, current: boolean): LaneProof {
  const { held, ahead } = facts;
  const gaps = withMissing(claim, facts);
  const problems = [
    ...numberProblems(lane, claim, facts),
    ...(claim.cursor === undefined ? [] : recordProblems(lane, claim, facts, gaps)),
  ];
  return {
    lane,
    claim,
    held,
    ahead,
    unknown: current ? 0 : Math.max(0, claim.pending - ahead),
    gaps: gaps.slice(-MAX_LISTED),
    gapsOmitted: Math.max(0, gaps.length - MAX_LISTED),
    proven: problems.length === 0,
    problems,
  };
}

function numberProblems(lane: LaneName, claim: LaneClaim, { held, holes, uncounted }: LaneFacts): string[] {
  if (claim.cursor === undefined)
    return [`${lane} lane: the agent doesn't say how far it is acknowledged; a newer version of it does`];
  const problems = holes.map((hole) => `${lane} lane: nothing here covers ${blocks(hole)}`);
  if (claim.cursor > held.cursor)
    problems.push(
      `${lane} lane: ${blocks({ first: held.cursor + 1, last: claim.cursor })} were acknowledged to the agent and aren't held here`,
    );
  if (uncounted > 0)
    problems.push(
      `${lane} lane: ${blocks({ first: 1, last: uncounted })} were let go before such blocks were counted: nothing proves them any more`,
    );
  return problems;
}

function recordProblems(lane: LaneName, claim: LaneClaim, facts: LaneFacts, gaps: readonly Gap[]): string[] {
  const { held, uncounted } = facts;
  if (uncounted > 0) return [];
  const missing = missingRecords(claim, facts);
  const problems: string[] = [];
  if (missing > 0) {
    const lost = gaps.filter(({ reason }) => reason === 'unknown' || reason === 'missing');
    const where = lost.length > 0 ? `, in ${lost.map(blocks).join(', ')}` : '';
    problems.push(
      `${lane} lane: ${count(missing)} that ${missing === 1 ? 'was' : 'were'} delivered once ${missing === 1 ? 'is' : 'are'} not held here${where}`,
    );
  }
  if (missing < 0)
    problems.push(
      `${lane} lane: ${count(-missing)} more ${missing === -1 ? 'is' : 'are'} held here than the agent ever numbered` +
        ` up to block ${claim.cursor}`,
    );
  const delivered = held.stored + held.duplicates + held.quarantined;
  const differs = claim.delivered - delivered - Math.max(0, missing);
  if (missing >= 0 && differs !== 0)
    problems.push(
      `${lane} lane: the agent counts ${claim.delivered} delivered, here are ${delivered}` +
        ' (the rest is under summarized or evicted on one side and not on the other)',
    );
  return problems;
}

function missingRecords(claim: LaneClaim, { held }: LaneFacts): number {
  const { stored, duplicates, quarantined, summarized, evicted } = held;
  return (claim.acknowledged ?? 0) - (stored + duplicates + quarantined + summarized + evicted);
}

/** The gaps with what is missing among them; where that is one gap, it is known how many records it had. */
function withMissing(claim: LaneClaim, facts: LaneFacts): Gap[] {
  const { held, holes } = facts;
  const absent = holes.map((hole): Gap => ({ ...hole, records: null, reason: 'missing' }));
  const cursor = claim.cursor ?? 0;
  if (cursor > held.cursor)
    absent.push({ first: held.cursor + 1, last: cursor, records: null, reason: 'missing' });
  const lost = facts.gaps.filter(({ reason }) => reason === 'unknown').length + absent.length;
  const records = lost === 1 ? Math.max(0, missingRecords(claim, facts)) : null;
  return [...facts.gaps, ...absent]
    .map((gap) => (gap.reason === 'unknown' || gap.reason === 'missing' ? { ...gap, records } : gap))
    .sort((a, b) => a.first - b.first);
}

function blocks({ first, last }: { first: number; last: number }): string {
  return first === last ? `block ${first}` : `blocks ${first} to ${last}`;
}

function count(records: number): string {
  return `${records} record${records === 1 ? '' : 's'}`;
}
