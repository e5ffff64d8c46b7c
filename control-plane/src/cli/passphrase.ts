import { SkerryError } from '@skerry/proto/errors';

/**
 * A key's passphrase: SKERRY_KEY_PASSPHRASE, or asked for on the terminal without showing it; twice for a new one.
 * Throws SkerryError unauthorized where there is neither.
 */
export async function readPassphrase(prompt: string, isNew: boolean): Promise<string> {
  const given = process.env.SKERRY_KEY_PASSPHRASE;
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new SkerryError('unauthorized', `${prompt}: there is no terminal to ask on`, {
      hint: `set SKERRY_KEY_PASSPHRASE${isNew ? ', or give --no-passphrase for a demonstration' : ''}`,
    });
  const passphrase = await askHidden(`${prompt}: `);
  if (passphrase === '') throw new SkerryError('unauthorized', 'an empty passphrase protects nothing');
  if (isNew && (await askHidden('Again: ')) !== passphrase)
    throw new SkerryError('unauthorized', 'the two passphrases differ');
  return passphrase;
}

/** Asks for a line on the terminal without showing it. */
export function askHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let line = '';
    const end = (): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const take = (chunk: string): void => {
      for (const c of chunk) {
        if (c === '\r' || c === '\n' || c === '\u0004') {
          end();
          resolve(line);
          return;
        }
        if (c === '\u0003') {
          end();
          reject(new SkerryError('failed', 'cancelled'));
          return;
        }
        line = c === '\u007f' || c === '\b' ? line.slice(0, -1) : line + c;
      }
    };
    stdin.on('data', take);
  });
}
