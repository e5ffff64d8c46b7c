/**
 * users.yaml of the embedded broker: who may connect, with salted scrypt hashes (RFC 7914).
 *
 *   apiVersion: skerry/v1
 *   kind: Users
 *   users:
 *     press-7: scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA==$hMJ3…=
 *
 * The hash reads `scrypt$N$r$p$SALT$KEY`, salt and key in base64; `hashPassword` makes one.
 */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { parseDocument } from '@skerry/proto/document';
import { z } from 'zod';

const HASH_PATTERN = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/=]{8,})\$([A-Za-z0-9+/=]{8,})$/;
const COST = { N: 16_384, r: 8, p: 1 };
const KEY_BYTES = 32;
/** Against hashes that would take gigabytes to check. */
const MAX_MEMORY_BYTES = 128 * 1024 ** 2;
const MAX_REMEMBERED = 10_000;

const usersFile = z.strictObject({
  apiVersion: z.literal('skerry/v1'),
  kind: z.literal('Users'),
  users: z.record(
    z.string().min(1).max(256),
    z.string().transform((text, context) => {
      const hash = parse(text);
      if (hash && 128 * hash.cost.N * hash.cost.r <= MAX_MEMORY_BYTES / 2) return hash;
      context.addIssue({
        code: 'custom',
        message: 'expected scrypt$N$r$p$SALT$KEY of at most 64 MiB (128 × N × r)',
      });
      return z.NEVER;
    }),
  ),
});

/** Checks names and passwords. */
export interface Users {
  verify(username: string, password: Uint8Array): Promise<boolean>;
}

/** Parses users.yaml. Throws SkerryError `invalid` that names every wrong line. */
export function readUsers(text: string, file: string): Users {
  const { users } = parseDocument(text, usersFile, { file });
  const hashes = new Map(Object.entries(users));
  // A name that isn't there takes as long as a wrong password, so that names can't be found out by time.
  const nobody: Hash = { cost: COST, salt: randomBytes(16), key: randomBytes(KEY_BYTES) };
  // scrypt is slow on purpose; whoever reconnects with what was right before isn't made to wait again.
  const remember = randomBytes(32);
  const right = new Set<string>();
  return {
    async verify(username, password) {
      const proof = createHmac('sha256', remember)
        .update(`${username.length}:${username}`)
        .update(password)
        .digest('base64');
      if (right.has(proof)) return true;
      const hash = hashes.get(username);
      const ok = (await matches(hash ?? nobody, password)) && hash !== undefined;
      if (ok && right.size < MAX_REMEMBERED) right.add(proof);
      return ok;
    },
  };
}

/** The line that users.yaml wants for a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(Buffer.from(password), salt, KEY_BYTES, COST);
  const { N, r, p } = COST;
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

interface Hash {
  cost: { N: number; r: number; p: number };
  salt: Uint8Array;
  key: Uint8Array;
}

function parse(text: string): Hash | undefined {
  const match = HASH_PATTERN.exec(text);
  if (!match) return undefined;
  const [, N, r, p, salt, key] = match;
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt!, 'base64'),
    key: Buffer.from(key!, 'base64'),
  };
}

async function matches(hash: Hash, password: Uint8Array): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash.salt, hash.key.length, hash.cost), hash.key);
}

function derive(password: Uint8Array, salt: Uint8Array, length: number, cost: Hash['cost']): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { ...cost, maxmem: MAX_MEMORY_BYTES }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
