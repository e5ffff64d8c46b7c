// From desired state and agent.yaml to what the releases' keeper is asked for.
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encodePolicy, mergePolicies } from '@skerry/proto/policy';
import { v1 } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import { agentConfig } from '../config.ts';
import { createLane, type Lane } from '../lane.ts';
import type { Link } from '../link.ts';
import { CarriedWishes } from '../release/carried-wishes.ts';
import type { Releases } from '../release/releases.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import type { ShadowWish } from '../shadow/types.ts';
import { TestWorld } from '../sync/test-world.ts';
import { Convergence } from './convergence.ts';
import { type DesiredStore, openDesiredStore } from './desired-store.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

let world: TestWorld;
let desired: DesiredStore;
let lanes: Map<string, Lane>;
/** Every set of wishes, in the order in which the keeper got them. */
let applied: Record<string, string>[];
/** The same of what is to run beside what serves. */
let shadowed: ReadonlyMap<string, ShadowWish>[];
let resolve: (name: string, version: string) => Promise<ReleaseTarget>;
let twin: Convergence;
let carried: CarriedWishes;

beforeEach(async () => {
  world = new TestWorld();
  desired = await openDesiredStore(world.store, world.log);
  const config = agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    controlPlane: { url: 'https://control.test' },
    mqtt: { listen: {} },
    pipelines: ['managed: press', 'pinned: pump@1.0.0', 'disk: file:x'].map((text) => {
      const [name, release] = text.split(': ');
      return { name, release, source: { topics: ['a'], channels: { v: 'v' } } };
    }),
  });
  lanes = new Map(
    config.pipelines.map((pipeline) => [
      pipeline.name,
      createLane(pipeline, {
        agentId: 'gw',
        limits: config.limits,
        clock: world.clock,
        ports: { crypto: nodeCrypto, random: world.random },
      }),
    ]),
  );
  carried = await CarriedWishes.open(world.store, world.log);
  applied = [];
  shadowed = [];
  resolve = async (name, version) => ({ name, version, digest: DIGEST });
  const releases = {
    status: () => ({ active: undefined }),
    knownDigests: () => [],
    apply: async (wishes: ReadonlyMap<string, ReleaseTarget>) => {
      applied.push(Object.fromEntries([...wishes].map(([key, { version }]) => [key, version])));
    },
  } as unknown as Releases;
  const link = {
    notify: () => undefined,
    resolve: (name: string, version: string) => resolve(name, version),
  } as unknown as Link;
  twin = new Convergence({
    ...world,
    settings: config.updates,
    time: { nowMs: world.clock.wallMs },
    lanes,
    desired,
    releases,
    shadows: { apply: (wishes) => void shadowed.push(new Map(wishes)) },
    carried,
    link: () => link,
  });
});

const wish = (version: string, name = 'press') =>
  desired.put(
    {
      generation: 1,
      pipelines: ['managed', 'pinned', 'disk', 'unknown'].map((pipeline) => ({
        name: pipeline,
        release: `${name}@${version}`,
        releaseDigest: DIGEST,
      })),
    },
    'one',
  );

test('the control plane moves managed pipelines; pins and releases from disk are agent.yaml’s', async () => {
  await wish('2.0.0');
  twin.converge();
  await world.settle();
  expect(applied).toEqual([{ managed: '2.0.0', pinned: '1.0.0' }]);
});

test('a release of another name than agent.yaml’s is not wished for', async () => {
  await wish('2.0.0', 'lathe');
  twin.converge();
  await world.settle();
  expect(applied).toEqual([{ pinned: '1.0.0' }]);
});

test('an older wish that took long to look up never replaces a newer one', async () => {
  let answer = (): void => undefined;
  const pump = { name: 'pump', version: '1.0.0', digest: DIGEST };
  resolve = () =>
    new Promise((done) => {
      answer = () => done(pump);
    });
  await wish('1.0.0');
  twin.converge();
  await world.settle();
  const first = answer;
  resolve = async () => pump;
  await wish('2.0.0');
  twin.converge();
  await world.settle();
  first();
  await world.settle();
  expect(applied.at(-1)).toMatchObject({ managed: '2.0.0' });
});

test('a pin that is not among the trusted targets yet is looked up again, until the agent stops', async () => {
  let asked = 0;
  resolve = () => {
    asked++;
    return Promise.reject(new SkerryError('not-found', 'pump@1.0.0 is not among the trusted targets'));
  };
  twin.converge();
  await world.pass(1_000);
  expect(asked).toBe(1);
  await world.pass(30_000);
  expect(asked).toBe(2);
  twin.stop();
  await world.pass(120_000);
  expect(asked).toBe(2);
  expect(world.nextTimerMs()).toBeUndefined();
});

test('a policy that this version cannot read is told, and the one in force stays', async () => {
  const put = (policy: string, policyGeneration: number) =>
    desired.put({ generation: 1, pipelines: [{ name: 'managed', policy, policyGeneration }] }, 'one');
  await put(
    '{"windowMs":1000,"minSamples":1,"input":{},"output":{},"thresholds":{"score":1},"onAlert":["notify"]}',
    1,
  );
  twin.applyPolicies();
  await put('{"windowMs":"soon"}', 2);
  twin.applyPolicies();
  expect(lanes.get('managed')!.policyGeneration).toBe(1);
  expect(world.lines.join()).toContain('policy 2 is not applied');
});

test('what is wished for beside what serves is no wish to serve it, and brings no policy into force', async () => {
  const other = `sha256:${'cd'.repeat(32)}`;
  const policy = encodePolicy(
    mergePolicies([
      {
        apiVersion: 'skerry/v1',
        kind: 'DriftPolicy',
        name: 'p',
        release: 'press',
        window: { duration: 60_000, minSamples: 20 },
        input: {},
        output: {},
        thresholds: { score: 3 },
        onAlert: ['notify'],
      },
    ])!,
  );
  const pipelines = [
    { name: 'managed', release: 'press@1.0.0', releaseDigest: DIGEST, role: v1.Role.ROLE_ACTIVE },
    {
      name: 'managed',
      release: 'press@1.1.0',
      releaseDigest: other,
      role: v1.Role.ROLE_SHADOW,
      policy,
      policyGeneration: 7,
    },
  ];
  await desired.put({ generation: 1, pipelines }, 'one');
  twin.converge();
  await world.settle();
  expect(applied).toEqual([{ managed: '1.0.0', pinned: '1.0.0' }]);
  expect(desired.wished('managed')).toBe(DIGEST);
  expect(lanes.get('managed')!.policyGeneration).toBe(0);
  expect(shadowed.at(-1)!.get('managed')).toMatchObject({
    target: { name: 'press', version: '1.1.0', digest: other },
    policy: { thresholds: { score: 3 } },
    policyGeneration: 7,
  });
  await desired.put({ generation: 2, pipelines: pipelines.slice(0, 1) }, 'one');
  twin.converge();
  await world.settle();
  expect(shadowed.at(-1)!.size).toBe(0);
});
