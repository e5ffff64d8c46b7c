import { expect, test } from 'vitest';
import { createKeyFile, readKeyFile } from './key-file.ts';

test('a key opens with its passphrase, and with no other', () => {
  const { text, key } = createKeyFile('correct horse');
  expect(text).not.toContain(Buffer.from(key.privateKey).toString('hex'));
  expect(readKeyFile(text, 'correct horse')).toEqual(key);
  expect(() => readKeyFile(text, 'wrong horse')).toThrow(/passphrase is wrong/);
  expect(() => readKeyFile(text)).toThrow(/encrypted/);
});

test('a demonstration key opens without one', () => {
  const { text, key } = createKeyFile();
  expect(readKeyFile(text)).toEqual(key);
});

test('an encrypted half beside another public half is refused', () => {
  const sealed = JSON.parse(createKeyFile('p').text);
  const other = JSON.parse(createKeyFile().text);
  expect(() => readKeyFile(JSON.stringify({ ...sealed, keyval: other.keyval }), 'p')).toThrow(/altered/);
});

test('a plain half beside another public half is refused', () => {
  const one = JSON.parse(createKeyFile().text);
  const other = JSON.parse(createKeyFile().text);
  expect(() => readKeyFile(JSON.stringify({ ...one, keyval: other.keyval }))).toThrow(/don't match/);
});

test('a file that asks scrypt for gigabytes is refused before any is taken', () => {
  const file = JSON.parse(createKeyFile('p').text);
  file.private.kdf = { ...file.private.kdf, n: 1_048_576, r: 16 };
  expect(() => readKeyFile(JSON.stringify(file), 'p')).toThrow(/more than 512 MiB/);
});

test('text that is no key file says what is wrong with it', () => {
  expect(() => readKeyFile('hello')).toThrow('the key file is no JSON');
  expect(() => readKeyFile('{"keytype":"rsa"}')).toThrow(/malformed: keytype/);
});
