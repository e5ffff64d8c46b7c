/** Our client and tuf-js are shown the same repository, honest and attacked, and must say the same. */

import { TestWorld } from '@skerry/agent/sync/test-world';
import { createTrustClient, type TrustClient } from '@skerry/agent/trust/client';
import {
  DAY_MS,
  NEW_OPERATOR,
  NEW_SERVER,
  OPERATOR,
  Repository,
  SERVER,
  seed,
  THIEF,
} from '@skerry/agent/trust/test-repository';
import { createRandom } from '@skerry/firmware-sim/random';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { removeTarget, signTargets } from '@skerry/proto/tuf/repository';
import { afterEach, describe, expect, test } from 'vitest';

import { Oracle, type Verdict } from './oracle.ts';

const opened: Oracle[] = [];
afterEach(() => {
  for (const oracle of opened.splice(0)) oracle.close();
});

interface Both {
  repository: Repository;
  client: TrustClient;
  oracle: Oracle;
}

async function setUp(): Promise<Both> {
  const world = new TestWorld();
  // tuf-js knows only the machine's own clock.
  world.wallMs = Date.now();
  const repository = new Repository(nodeCrypto, world);
  repository.add('1.0.0', 1);
  const rootBytes = repository.files.get('1.root.json')!;
  const client = await createTrustClient({
    ...world,
    crypto: nodeCrypto,
    anchor: { rootBytes },
    fetchMetadata: async (name) => repository.files.get(name),
  });
  const oracle = new Oracle(rootBytes, () => repository.files);
  opened.push(oracle);
  return { repository, client, oracle };
}

async function ours(client: TrustClient): Promise<Verdict> {
  let detail = '';
  await client.refresh().catch((error: unknown) => {
    if (!(error instanceof SkerryError)) throw error;
    detail = error.message;
  });
  return { refused: detail !== '', trusted: client.trusted(), detail };
}

/** Both look at what the repository serves now; whether they refuse it. */
async function look({ client, oracle }: Both, story: string): Promise<boolean> {
  const [a, b] = [await ours(client), await oracle.refresh()];
  const said = `${story}: ours "${a.detail}", tuf-js "${b.detail}"`;
  expect(a.refused, said).toBe(b.refused);
  // What is refused below an accepted role may leave either at that role: the next good refresh settles it.
  if (!a.refused) expect(a.trusted, said).toEqual(b.trusted);
  return a.refused;
}

/** Everything signed so long ago that it is good no more. */
function publishInThePast(repository: Repository, days: number): void {
  repository.world.wallMs -= days * DAY_MS;
  repository.publish();
  repository.world.wallMs += days * DAY_MS;
}

describe('honest repositories', () => {
  test('releases come and go, keys change hands, and both follow', async () => {
    const both = await setUp();
    const { repository, client, oracle } = both;
    expect(await look(both, 'first')).toBe(false);
    repository.add('1.1.0', 2);
    expect(await look(both, 'a release')).toBe(false);
    repository.targets = removeTarget(repository.targets, 'pump/1.0.0');
    repository.publish();
    expect(await look(both, 'a yank')).toBe(false);
    repository.publishRoot([OPERATOR, NEW_OPERATOR], NEW_OPERATOR, NEW_SERVER);
    repository.publish();
    expect(await look(both, 'a rotation')).toBe(false);
    expect(await oracle.target('pump/1.1.0')).toBe(
      client.target('pump/1.1.0')!.digest.slice('sha256:'.length),
    );
    expect(await oracle.target('pump/1.0.0')).toBeUndefined();
    expect(client.target('pump/1.0.0')).toBeUndefined();
  });

  test('a fast-forwarded server key is replaced, and both come back to small numbers', async () => {
    const both = await setUp();
    const { repository, client } = both;
    repository.version = 1_000_000;
    repository.publish();
    expect(await look(both, 'raced ahead')).toBe(false);
    repository.publishRoot([OPERATOR], OPERATOR, NEW_SERVER);
    repository.version = 4;
    repository.publish();
    expect(await look(both, 'recovered')).toBe(false);
    expect(client.trusted()).toMatchObject({ root: 2, timestamp: 5, snapshot: 5 });
  });
});

/** Each does something to a repository of two releases that both clients have seen. */
const ATTACKS: Record<string, (repository: Repository, old: Map<string, Uint8Array>) => void> = {
  'rollback of the timestamp': (r, old) => r.files.set('timestamp.json', old.get('timestamp.json')!),
  'rollback of targets under a new snapshot': (r, old) => r.publishOnline(old.get('2.targets.json')!, 2),
  'mix and match: another time’s snapshot': (r, old) => {
    r.add('1.2.0', 3);
    r.files.set('4.snapshot.json', old.get('2.snapshot.json')!);
  },
  'mix and match: another time’s targets': (r, old) => {
    r.add('1.2.0', 3);
    r.files.set('4.targets.json', old.get('2.targets.json')!);
  },
  'arbitrary installation: targets by the server’s key': (r) => {
    const bytes = signTargets(nodeCrypto, r.targets, { nowMs: r.world.wallMs, privateKeys: [seed(SERVER)] });
    r.files.set('4.targets.json', bytes);
    r.publishOnline(bytes, 4);
  },
  'endless timestamp': (r) => r.files.set('timestamp.json', new Uint8Array(100_000).fill(32)),
  'endless snapshot': (r) => {
    r.add('1.2.0', 3);
    r.files.set('4.snapshot.json', new Uint8Array(3_000_000).fill(32));
  },
  'endless targets': (r) => {
    r.add('1.2.0', 3);
    r.files.set('4.targets.json', new Uint8Array(6_000_000).fill(32));
  },
  'endless root': (r) => r.files.set('2.root.json', new Uint8Array(1_000_000).fill(32)),
  'freeze: everything good no more': (r) => publishInThePast(r, 100),
  'freeze: a timestamp good no more': (r) => publishInThePast(r, 2),
  'a root by a thief': (r) => r.publishRoot([THIEF], THIEF),
  'a root that skips a version': (r) => {
    r.publishRoot();
    r.publishRoot();
    r.files.delete('2.root.json');
    r.files.set('2.root.json', r.files.get('3.root.json')!);
  },
  'no timestamp at all': (r) => r.files.delete('timestamp.json'),
};

describe('attacks', () => {
  test.each(Object.entries(ATTACKS))('%s: both refuse', async (story, attack) => {
    const both = await setUp();
    const { repository } = both;
    const old = repository.copy();
    repository.add('1.1.0', 2);
    expect(await look(both, 'before')).toBe(false);
    attack(repository, old);
    expect(await look(both, story)).toBe(true);
  });
});

/** What may happen to a repository between two looks; `old` is how it once stood. */
const EVENTS: ((r: Repository, old: Map<string, Uint8Array>, draw: (below: number) => number) => void)[] = [
  (r, _, draw) => r.add(`2.${r.version}.0`, 1 + draw(9)),
  (r) => r.publish(),
  (r) => r.publishRoot(),
  (r, _, draw) => {
    const [operator, server] = draw(2) ? [NEW_OPERATOR, SERVER] : [OPERATOR, NEW_SERVER];
    r.publishRoot([r.operator, operator], operator, server);
    r.publish();
  },
  (r) => publishInThePast(r, 2),
  (r, old) => r.files.set('timestamp.json', old.get('timestamp.json')!),
  (r, old, draw) => {
    // Any file in any other's place, the pinned root apart.
    const names = [...r.files.keys()].filter((name) => name !== '1.root.json');
    r.files.set(names[draw(names.length)]!, [...old.values()][draw(old.size)]!);
  },
  (r, _, draw) => {
    const names = [...r.files.keys()].filter((name) => name !== '1.root.json');
    const name = names[draw(names.length)]!;
    const bytes = r.files.get(name)!.slice();
    bytes[draw(bytes.length)]! ^= 1 << draw(8);
    r.files.set(name, bytes);
  },
  (r, _, draw) => {
    const names = [...r.files.keys()].filter((name) => name !== '1.root.json');
    r.files.delete(names[draw(names.length)]!);
  },
];

test.each(Array.from({ length: 40 }, (_, i) => i + 1))(
  'history %i: both say the same at every look',
  async (n) => {
    const both = await setUp();
    const { repository } = both;
    const random = createRandom(n);
    const draw = (below: number): number => Math.floor(random.uniform() * below);
    const old = repository.copy();
    await look(both, 'first');
    for (let step = 0; step < 8; step++) {
      const honest = repository.copy();
      const event = draw(EVENTS.length);
      EVENTS[event]!(repository, old, draw);
      const refused = await look(both, `history ${n}, step ${step}, event ${event}`);
      // A repository that is attacked is mended, or everything after it would be refused alike.
      if (refused) repository.files = honest;
    }
  },
);
