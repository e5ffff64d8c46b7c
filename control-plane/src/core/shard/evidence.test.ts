import { expect, test } from 'vitest';
import { createWorld } from '../../node/testing.ts';

test('[SY18] evidence that is left out stands as it was last said, and one that is said replaces all of it', () => {
  const world = createWorld();
  const agent = world.agent('gw');
  const windows = (): number[] => {
    const shard = world.shards[0]!;
    return ['sha256:1', 'sha256:2'].map((digest) =>
      shard.releaseSummaries(digest).reduce((sum, { counts }) => sum + counts.windows, 0),
    );
  };
  agent.evidence = ['sha256:1', 'sha256:2'].map((releaseDigest, i) => ({
    pipeline: 'p',
    releaseDigest,
    role: 1,
    windows: 10 + i,
  }));
  agent.sync();
  expect(windows()).toEqual([10, 11]);
  Object.assign(agent, { evidence: [], evidenceUnsaid: true });
  agent.sync();
  expect(windows()).toEqual([10, 11]);
  agent.evidenceUnsaid = false;
  agent.evidence = [{ pipeline: 'p', releaseDigest: 'sha256:2', role: 1, windows: 12 }];
  agent.sync();
  expect(windows()).toEqual([0, 12]);
});
