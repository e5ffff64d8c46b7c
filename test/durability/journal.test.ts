// Open samples that would hold the journal, and what becomes of them.
import { expect, test } from 'vitest';
import { createMachine, held, line, publish, publishAll, settle, windows } from './processor-world.ts';

test('a few old open samples hold no journal: they are carried over, and their windows come after all', async () => {
  const machine = createMachine();
  const boot = { window: 'rate: any, length: 4', limits: { maxJournalEntries: 20 } };
  let run = await machine.boot(boot);
  await run.processor.start();
  await publishAll(run, line('slow', 0, 1));
  for (let i = 0; i < 10; i++) {
    await publishAll(run, line('busy', 10 * i, 10 * i + 9));
    expect(run.outbox.stats().journalEntries).toBeLessThanOrEqual(20);
  }
  expect(run.outbox.ledgers()[0]!.samples![0]).toMatchObject({ received: 102, skipped: 0 });
  const before = run.outbox.ledgers()[0]!.samples;
  machine.disk.powerLoss();
  run = await machine.boot(boot);
  await run.processor.start();
  await run.processor.idle();
  expect(run.outbox.ledgers()[0]!.samples).toEqual(before);
  await publishAll(run, line('slow', 2, 3));
  expect(windows(run.published).filter((w) => w.startsWith('slow'))).toEqual(['slow 0–3']);
});

test('the same under any fault at any commit: the journal stays small and every window comes once', async () => {
  for (const fault of ['lost', 'kept', 'full', 'unsure'] as const)
    for (let at = 2; at < 60; at += 3) {
      const machine = createMachine();
      const boot = { window: 'rate: any, length: 2', limits: { maxJournalEntries: 5 } };
      let run = await machine.boot(boot);
      await run.processor.start();
      machine.disk.fault = (batch) => (batch === at ? fault : undefined);
      const stream = [...line('slow', 0, 0), ...line('busy', 0, 20), ...line('slow', 1, 1)];
      for (const sample of stream) {
        const acknowledged = publish(run, sample);
        await settle();
        machine.fire();
        await settle();
        if (machine.disk.batches < at || fault === 'full' || fault === 'unsure') continue;
        machine.disk.fault = undefined;
        run = await machine.boot(boot);
        await run.processor.start();
        const known = await Promise.race([acknowledged.then(() => true), settle().then(() => false)]);
        if (!known) await publish(run, sample);
      }
      let isIdle = false;
      void run.processor.idle().then(() => {
        isIdle = true;
      });
      // One of the last commits may be the one that was refused: it is tried again.
      for (let turns = 0; !isIdle && turns < 100; turns++) {
        machine.fire();
        await settle();
      }
      expect(isIdle, `${fault} at ${at}`).toBe(true);
      machine.disk.fault = undefined;
      expect(run.outbox.stats().journalEntries, `${fault} at ${at}`).toBeLessThanOrEqual(6);
      const results = (await held(run)).map((text) => text.split(' ').slice(0, 2).join(' '));
      const busy = Array.from({ length: 10 }, (_, i) => `busy ${2 * i}`);
      expect(results.sort(), `${fault} at ${at}`).toEqual([...busy, 'slow 0'].sort());
    }
});

test('where open samples alone are more than the journal may hold, the oldest are closed as they stand', async () => {
  const machine = createMachine();
  const boot = { window: 'rate: any, length: 1000', limits: { maxJournalBytes: 4096 } };
  let run = await machine.boot(boot);
  await run.processor.start();
  for (let i = 0; i < 40; i++) {
    await publishAll(run, line('a', 10 * i, 10 * i + 9));
    expect(run.outbox.stats().journalBytes).toBeLessThanOrEqual(4096 + 200);
  }
  const { received, skipped, open } = run.outbox.ledgers()[0]!.samples![0]! as Record<string, number>;
  expect(received).toBe(400);
  expect(skipped! + open!).toBe(400);
  expect(open).toBeGreaterThan(100);
  const before = run.outbox.ledgers()[0]!.samples;
  machine.disk.powerLoss();
  run = await machine.boot(boot);
  await run.processor.start();
  await run.processor.idle();
  expect(run.outbox.ledgers()[0]!.samples).toEqual(before);
});
