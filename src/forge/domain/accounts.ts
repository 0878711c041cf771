import type { Account, World } from '../world.ts';

/** The people of a forge on loopback. Their names are their tokens. */
export const PEOPLE = ['owner', 'writer', 'triager', 'stranger'] as const;

const PEOPLE_ROLES: Record<string, string> = { owner: 'admin', writer: 'write', triager: 'triage' };

export function accountByLogin(world: World, login: string): Account | undefined {
  return world.store.get<Account>('SELECT * FROM accounts WHERE login = ?', login);
}

export function accountById(world: World, id: number): Account {
  const account = world.store.get<Account>('SELECT * FROM accounts WHERE id = ?', id);
  if (!account) throw new Error(`no account ${id}`);
  return account;
}

export function ensureAccount(world: World, login: string, type: Account['type']): Account {
  const found = accountByLogin(world, login);
  if (found) return found;
  world.store.run('INSERT INTO accounts (login, type, created_at) VALUES (?, ?, ?)', login, type, world.time());
  return accountByLogin(world, login) as Account;
}

export function ensurePeople(world: World): void {
  for (const login of PEOPLE) ensureAccount(world, login, 'User');
}

/** Gives the people their roles in a new repository. */
export function seatPeople(world: World, repositoryId: number): void {
  for (const [login, role] of Object.entries(PEOPLE_ROLES)) {
    const account = ensureAccount(world, login, 'User');
    world.store.run(
      'INSERT OR IGNORE INTO collaborators (repository_id, account_id, role) VALUES (?, ?, ?)',
      repositoryId,
      account.id,
      role,
    );
  }
}
