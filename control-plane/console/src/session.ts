/** Who is signed in: a bearer token, kept in this browser until it is signed out or refused. */
import { type Cell, createCell } from './cell.ts';

export type Role = 'viewer' | 'operator' | 'approver' | 'admin';
const ROLES: readonly Role[] = ['viewer', 'operator', 'approver', 'admin'];

export interface Identity {
  token: string;
  name: string;
  role: Role;
}

export interface Session {
  /** Undefined: signed out. */
  readonly identity: Cell<Identity | undefined>;
  /** Why the last one ended, for the sign-in form. */
  readonly notice: Cell<string>;
  token(): string | undefined;
  /** Sends this token from now on, before it is known whose it is. */
  hold(token: string): void;
  begin(identity: Identity): void;
  end(): void;
  /** The server refuses the token. */
  expire(): void;
}

const KEY = 'skerry.session';

/** The session of this browser. */
export function createSession(storage: Storage): Session {
  const identity = createCell(restore(storage));
  const notice = createCell('');
  let trying: string | undefined;
  const end = (why: string): void => {
    trying = undefined;
    storage.removeItem(KEY);
    notice.set(why);
    identity.set(undefined);
  };
  return {
    identity,
    notice,
    token: () => trying ?? identity.get()?.token,
    hold(token) {
      trying = token;
    },
    begin(next) {
      trying = undefined;
      storage.setItem(KEY, JSON.stringify(next));
      notice.set('');
      identity.set(next);
    },
    end: () => end(''),
    expire: () => end('The token is not valid any more. Sign in again.'),
  };
}

/** Whether a role may do what needs `least`. */
export function allows(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

function restore(storage: Storage): Identity | undefined {
  try {
    const held = JSON.parse(storage.getItem(KEY) ?? 'null') as Partial<Identity> | null;
    if (!held?.token || !held.role || !ROLES.includes(held.role)) return undefined;
    return { token: held.token, name: held.name ?? '', role: held.role };
  } catch {
    // Something else wrote under this key: the sign-in form says what to do.
    return undefined;
  }
}
