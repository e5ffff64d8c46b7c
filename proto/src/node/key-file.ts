/** Key files at rest: scrypt (RFC 7914) over the passphrase, then AES-256-GCM with the public key as associated data. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { fromHex, toHex } from '../bytes.ts';
import { SkerryError } from '../errors.ts';
import {
  type EncryptedSeed,
  formatKeyFile,
  openedKey,
  parseKeyFile,
  plainSeed,
  plainSeedOf,
  type SigningKey,
  signingKey,
} from '../tuf/keys.ts';
import { nodeCrypto } from './crypto.ts';

// OWASP's floor for scrypt (2^17, 8, 1): 128 MiB and about half a second, once per signature session.
const KDF = { name: 'scrypt', n: 131_072, r: 8, p: 1 } as const;
const TAG_BYTES = 16;

/**
 * A new Ed25519 key and the text of its file. Without a passphrase the private half stands in plain text, which is
 * for demonstrations.
 */
export function createKeyFile(passphrase?: string): { text: string; key: SigningKey } {
  const key = signingKey(nodeCrypto, new Uint8Array(randomBytes(32)));
  const sealed = passphrase === undefined ? plainSeed(key.privateKey) : seal(key, passphrase);
  return { text: formatKeyFile(key, sealed), key };
}

/**
 * Opens a key file. Throws SkerryError invalid on a malformed file, unauthorized where the passphrase is missing or
 * wrong, or the file was altered.
 */
export function readKeyFile(text: string, passphrase?: string): SigningKey {
  const file = parseKeyFile(text);
  const plain = plainSeedOf(file);
  if (plain) return openedKey(nodeCrypto, file, plain);
  if (passphrase === undefined)
    throw new SkerryError('unauthorized', 'the key file is encrypted', {
      hint: 'give its passphrase (SKERRY_KEY_PASSPHRASE)',
    });
  return openedKey(nodeCrypto, file, unseal(file.private as EncryptedSeed, file.keyval.public, passphrase));
}

function seal(key: SigningKey, passphrase: string): EncryptedSeed {
  const kdf = { ...KDF, salt: randomBytes(16).toString('hex') };
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derive(passphrase, kdf), nonce);
  cipher.setAAD(fromHex(key.key.keyval.public));
  const sealed = Buffer.concat([cipher.update(key.privateKey), cipher.final(), cipher.getAuthTag()]);
  return {
    type: 'encrypted',
    kdf,
    cipher: { name: 'aes-256-gcm', nonce: nonce.toString('hex') },
    ciphertext: toHex(sealed),
  };
}

function unseal(sealed: EncryptedSeed, publicKeyHex: string, passphrase: string): Uint8Array {
  const bytes = fromHex(sealed.ciphertext);
  const decipher = createDecipheriv(
    'aes-256-gcm',
    derive(passphrase, sealed.kdf),
    fromHex(sealed.cipher.nonce),
  );
  decipher.setAAD(fromHex(publicKeyHex));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const seed = [decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final()];
    return new Uint8Array(Buffer.concat(seed));
  } catch (cause) {
    throw new SkerryError('unauthorized', 'the passphrase is wrong, or the key file was altered', { cause });
  }
}

function derive(passphrase: string, kdf: EncryptedSeed['kdf']): Buffer {
  const { n, r, p } = kdf;
  // Twice what scrypt needs, because OpenSSL counts its own overhead against maxmem.
  return scryptSync(passphrase.normalize('NFKC'), fromHex(kdf.salt), 32, {
    N: n,
    r,
    p,
    maxmem: 256 * n * r,
  });
}
