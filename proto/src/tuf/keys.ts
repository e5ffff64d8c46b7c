/**
 * The key file that `skerry key init` writes. The public half is TUF's own form; the private half, a 32-byte Ed25519
 * seed, is encrypted under a passphrase (scrypt, RFC 7914, and AES-256-GCM; node/key-file.ts does that) or plain, for
 * demonstrations. Everything is hexadecimal:
 *
 *   {"keytype":"ed25519","scheme":"ed25519","keyid":"aa61…","keyval":{"public":"d75a…"},
 *    "private":{"type":"encrypted","kdf":{"name":"scrypt","n":131072,"r":8,"p":1,"salt":"…16 bytes"},
 *               "cipher":{"name":"aes-256-gcm","nonce":"…12 bytes"},"ciphertext":"…seed and 16 bytes of tag"}}
 *   … "private":{"type":"plain","seed":"…"}
 */
import { z } from 'zod';
import { fromHex, toHex } from '../bytes.ts';
import type { Crypto } from '../crypto.ts';
import { SkerryError } from '../errors.ts';
import { keyId, type TufKey, tufKey } from './metadata.ts';

const SCRYPT_MAX_BYTES = 512 * 1024 * 1024;

function hexOf(byteCount: number): z.ZodString {
  return z.string().regex(new RegExp(`^[0-9a-f]{${2 * byteCount}}$`), `expected ${byteCount} bytes as hex`);
}

const encrypted = z.strictObject({
  type: z.literal('encrypted'),
  kdf: z
    .strictObject({
      name: z.literal('scrypt'),
      n: z
        .int()
        .refine((n) => n >= 1_024 && n <= 1_048_576 && (n & (n - 1)) === 0, 'expected a power of two'),
      r: z.int().min(1).max(16),
      p: z.int().min(1).max(4),
      salt: hexOf(16),
    })
    // scrypt takes 128·n·r bytes: a file from elsewhere can't ask for the machine's whole memory.
    .refine(({ n, r }) => 128 * n * r <= SCRYPT_MAX_BYTES, 'asks for more than 512 MiB'),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: hexOf(12) }),
  ciphertext: hexOf(48),
});

const keyFile = z.strictObject({
  keytype: z.literal('ed25519'),
  scheme: z.literal('ed25519'),
  keyid: hexOf(32),
  keyval: z.strictObject({ public: hexOf(32) }),
  private: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('plain'), seed: hexOf(32) }),
    encrypted,
  ]),
});

export type KeyFile = z.output<typeof keyFile>;
export type EncryptedSeed = z.output<typeof encrypted>;

/** A key that can sign. */
export interface SigningKey {
  keyid: string;
  key: TufKey;
  /** 32-byte Ed25519 seed. */
  privateKey: Uint8Array;
}

/** The signing key of a seed. */
export function signingKey(crypto: Crypto, privateKey: Uint8Array): SigningKey {
  const key = tufKey(crypto.publicKey(privateKey));
  return { keyid: keyId(crypto, key), key, privateKey };
}

/** The text of a key file. */
export function formatKeyFile(key: SigningKey, sealed: KeyFile['private']): string {
  const file: KeyFile = {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyid: key.keyid,
    keyval: { public: key.key.keyval.public },
    private: sealed,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** A plain private half: anyone who reads the file can sign. */
export function plainSeed(privateKey: Uint8Array): KeyFile['private'] {
  return { type: 'plain', seed: toHex(privateKey) };
}

/** Reads a key file's structure. Throws SkerryError invalid. */
export function parseKeyFile(text: string): KeyFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SkerryError('invalid', 'the key file is no JSON', { cause });
  }
  const parsed = keyFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SkerryError('invalid', `the key file is malformed: ${issue.path.join('.')}: ${issue.message}`);
}

const publicHalf = z.object({
  keytype: z.literal('ed25519'),
  scheme: z.literal('ed25519'),
  keyval: z.object({ public: hexOf(32) }),
});

/** The public half of a key file, or of a file that holds nothing else. Throws SkerryError invalid. */
export function parsePublicKey(text: string): TufKey {
  try {
    return tufKey(fromHex(publicHalf.parse(JSON.parse(text)).keyval.public));
  } catch (cause) {
    throw new SkerryError('invalid', 'this is no key file, and no public half of one', { cause });
  }
}

/** The text of a file with the public half alone, for whoever puts it into a root. */
export function formatPublicKey(key: TufKey): string {
  return `${JSON.stringify(key, null, 2)}\n`;
}

/** The signing key of a file and its opened seed. Throws SkerryError invalid where the halves don't match. */
export function openedKey(crypto: Crypto, file: KeyFile, privateKey: Uint8Array): SigningKey {
  const key = signingKey(crypto, privateKey);
  if (key.key.keyval.public !== file.keyval.public || key.keyid !== file.keyid)
    throw new SkerryError('invalid', "the key file's public and private halves don't match");
  return key;
}

/** The seed of a plain key file, undefined where it is encrypted. */
export function plainSeedOf(file: KeyFile): Uint8Array | undefined {
  return file.private.type === 'plain' ? fromHex(file.private.seed) : undefined;
}
