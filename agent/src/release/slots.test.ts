import { expect, test } from 'vitest';
import {
  beginAttempt,
  decodeRecord,
  EMPTY_RECORD,
  encodeRecord,
  endAttempt,
  failAttempt,
  givenBack,
  type ReleaseTarget,
  reconcile,
  recover,
  revert,
  type SlotRecord,
  substitute,
  withdrawn,
} from './slots.ts';

const release = (version: string): ReleaseTarget => ({
  name: 'press',
  version,
  digest: `sha256:${version.replaceAll('.', '').padStart(64, '0')}`,
});
const [one, two, three] = [release('1.0.0'), release('2.0.0'), release('3.0.0')];
const served = endAttempt(endAttempt(EMPTY_RECORD, one), two); // two serves, one is previous

test('a wish leads through activation to nothing left to do', () => {
  expect(reconcile(one, EMPTY_RECORD, undefined)).toEqual({ kind: 'activate', target: one, known: false });
  expect(reconcile(one, endAttempt(EMPTY_RECORD, one), one.digest)).toEqual({ kind: 'none' });
});

test('a start loads what was active before it looks at the wish, with or without one', () => {
  expect(reconcile(undefined, served, undefined)).toEqual({ kind: 'load', target: two });
  expect(reconcile(three, served, undefined)).toEqual({ kind: 'load', target: two });
  expect(reconcile(three, served, two.digest)).toEqual({ kind: 'activate', target: three, known: false });
});

test('going back to the previous release needs neither trust nor network', () => {
  expect(reconcile(one, served, two.digest)).toEqual({ kind: 'activate', target: one, known: true });
});

test('a new release that took the process down is not tried again, and the one before serves', () => {
  const record = recover(beginAttempt(served, three.digest));
  expect(record).toMatchObject({ active: two, previous: one });
  expect(record.activating).toBeUndefined();
  expect(reconcile(three, record, undefined)).toEqual({ kind: 'load', target: two });
  expect(reconcile(three, record, two.digest)).toEqual({
    kind: 'refuse',
    target: three,
    reason: 'the agent ended while this release was loaded',
  });
});

test('a power cut in the middle of the first activation refuses nothing, and three of them do', () => {
  let record: SlotRecord = served;
  for (let boot = 1; boot <= 2; boot++) {
    record = recover(beginAttempt(record, three.digest, `boot ${boot}`), `boot ${boot + 1}`);
    expect(reconcile(three, record, two.digest)).toMatchObject({ kind: 'activate', target: three });
  }
  record = recover(beginAttempt(record, three.digest, 'boot 3'), 'boot 4');
  expect(reconcile(three, record, two.digest)).toMatchObject({ kind: 'refuse', reason: /3 times/ });
});

test('a process that ended on a machine that went on took itself down', () => {
  const record = recover(beginAttempt(served, three.digest, 'boot 1'), 'boot 1');
  expect(reconcile(three, record, two.digest)).toMatchObject({ kind: 'refuse' });
});

test('one that had passed before is given up only after three ends in a row, for the previous one', () => {
  let record: SlotRecord = served;
  for (let attempt = 1; attempt <= 2; attempt++) {
    record = recover(beginAttempt(record, two.digest));
    expect(reconcile(two, record, undefined)).toEqual({ kind: 'load', target: two });
  }
  record = recover(beginAttempt(record, two.digest));
  expect(reconcile(two, record, undefined)).toEqual({ kind: 'load', target: one });
  expect(reconcile(two, record, one.digest)).toMatchObject({ kind: 'refuse', reason: /3 times/ });
});

test('a successful load ends the count of attempts', () => {
  const record = endAttempt(beginAttempt(recover(beginAttempt(served, two.digest)), two.digest), two);
  expect(record).toEqual(served);
});

test('a refusal holds while that release is wished for, and ends with another wish that serves', () => {
  const refused = failAttempt(beginAttempt(served, three.digest), three.digest, 'golden case 3');
  expect(reconcile(three, refused, two.digest)).toMatchObject({ kind: 'refuse', reason: 'golden case 3' });
  expect(endAttempt(refused, one).refused).toBeUndefined();
});

test('a failure that may pass leaves no refusal', () => {
  expect(failAttempt(beginAttempt(served, three.digest), three.digest, undefined)).toEqual(served);
});

test('reverting makes the previous release active and refuses the one left', () => {
  const record = revert(served, 'latency');
  expect(record.active).toEqual(one);
  expect(record.previous).toBeUndefined();
  expect(reconcile(two, record, one.digest)).toMatchObject({ kind: 'refuse', reason: 'latency' });
  expect(() => revert(endAttempt(EMPTY_RECORD, one), 'x')).toThrow('no previous release');
});

test('what was taken back is nothing to go back to', () => {
  const takenBack = endAttempt(served, one);
  expect(takenBack).toMatchObject({ active: one, previous: two });
  expect(substitute(served)).toEqual(one);
  expect(substitute(takenBack)).toBeUndefined();
  expect(() => revert(takenBack, 'latency')).toThrow('no previous release');
});

test('between two records it shows what the agent gave back by itself', () => {
  expect(givenBack(served, revert(served, 'latency'))).toEqual({ digest: two.digest, reason: 'latency' });
  expect(givenBack(served, endAttempt(served, one))).toBeUndefined();
  expect(givenBack(served, failAttempt(served, three.digest, 'golden case 3'))).toBeUndefined();
  expect(givenBack(EMPTY_RECORD, served)).toBeUndefined();
});

test('the stored form reads back, and damage is corrupt', () => {
  const record = beginAttempt(failAttempt(served, three.digest, 'why'), two.digest);
  expect(decodeRecord('press', encodeRecord(record))).toEqual(record);
  expect(() => decodeRecord('press', Uint8Array.of(123, 0))).toThrow(
    expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('press') }),
  );
});

test('what can not be loaded is stood in for by the release that it replaced, and by no other', () => {
  expect(served.left).toBe('replaced');
  expect(reconcile(two, served, undefined, true)).toEqual({ kind: 'stand-in', target: one });
  expect(reconcile(two, served, one.digest)).toEqual({ kind: 'load', target: two });
  expect(reconcile(two, served, one.digest, true)).toEqual({ kind: 'none' });
  // Taken back: by a wish for the one before, for an older one, or for none.
  const back = endAttempt(served, one);
  expect(back).toMatchObject({ active: one, previous: two, left: 'reverted' });
  const down = endAttempt(endAttempt(EMPTY_RECORD, three), one);
  const again = endAttempt(EMPTY_RECORD, two);
  for (const record of [back, down, withdrawn(again), { ...served, left: undefined }])
    expect(reconcile(undefined, record, undefined, true).kind).not.toBe('stand-in');
  // Another wish is fulfilled all the same, be it the stand-in itself.
  expect(reconcile(three, served, one.digest, true)).toMatchObject({ kind: 'activate', target: three });
  expect(reconcile(one, served, one.digest, true)).toEqual({ kind: 'activate', target: one, known: true });
});

test('a stand-in that takes the process down does not stand in again', () => {
  const record = recover(beginAttempt(served, one.digest));
  expect(record).toMatchObject({ active: two, previous: one, refused: { digest: one.digest } });
  expect(reconcile(two, record, undefined, true)).toEqual({ kind: 'none' });
});
