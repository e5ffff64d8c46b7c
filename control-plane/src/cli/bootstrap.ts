/**
 * What `serve --bootstrap FILE` leaves for programs of the same owner on the same machine (mode 0600):
 *
 *   {"url":"http://127.0.0.1:7070","adminToken":"skt_…","enrollToken":"ske_….ROOTDIGEST","loginUrl":"http://…/#login=…"}
 *
 * It stands before the server answers, so whoever waits for /readyz finds it whole. Both tokens are new at every start
 * and the ones of earlier starts are revoked. The enrolment token approves by itself any number of agents. Where a root
 * of trust exists, its digest follows the secret after a dot. At the very first start there is none yet (its key must
 * not be on this server), so the token is the bare secret and an agent takes the digest from the answer to its
 * enrolment: trust on first use. That is good on one machine only, so a server that listens beyond loopback leaves the
 * enrolment token out until there is a root.
 */
import { rename, writeFile } from 'node:fs/promises';
import type { FleetActor } from '../core/fleet/fleet-actor.ts';
import { openFleet } from '../node/actors.ts';
import { makeFolder } from '../node/folder.ts';
import type { ActorRef } from '../ports.ts';

export interface Bootstrap {
  url: string;
  adminToken: string;
  enrollToken?: string;
  loginUrl: string;
}

/** The name that bootstrap tokens are listed under. */
const NAME = 'bootstrap';
const BY = 'local';
const ENROL_MS = 365 * 86_400_000;

/** Makes the tokens in a data folder that no server has open, and writes the file whole. */
export async function writeBootstrap(
  file: string,
  options: { dataDir: string; url: string; isLoopback: boolean },
): Promise<void> {
  makeFolder(options.dataDir);
  const fleet = openFleet(options.dataDir, async () => undefined);
  let bootstrap: Bootstrap;
  try {
    bootstrap = await makeTokens(fleet.ref, options);
  } finally {
    fleet.close();
  }
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(bootstrap, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
}

async function makeTokens(
  fleet: ActorRef<FleetActor>,
  { url, isLoopback }: { url: string; isLoopback: boolean },
): Promise<Bootstrap> {
  for (const { id, name, createdBy, revokedMs } of await fleet.tokens())
    if (name === NAME && createdBy === BY && revokedMs === null) await fleet.revokeToken(BY, id);
  const admin = await fleet.createOperatorToken(BY, { name: NAME, role: 'admin' });
  const login = await fleet.createLoginCode(BY, 'owner', 'admin');
  const bootstrap: Bootstrap = {
    url,
    adminToken: admin.secret,
    loginUrl: `${url}/#login=${login.code}`,
  };
  const rootDigest = await fleet.rootDigest();
  if (rootDigest === undefined && !isLoopback) return bootstrap;
  const { secret } = await fleet.createEnrolToken(BY, {
    name: NAME,
    labels: {},
    uses: null,
    autoApprove: true,
    expiresMs: Date.now() + ENROL_MS,
  });
  const suffix = rootDigest === undefined ? '' : `.${rootDigest.slice('sha256:'.length)}`;
  return { ...bootstrap, enrollToken: `${secret}${suffix}` };
}
