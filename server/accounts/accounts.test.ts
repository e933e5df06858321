import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import * as argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../database/database.ts';
import { createTestDatabase } from '../database/test-database.ts';
import { EventStore } from '../events/event-store.ts';
import { createAccountChanges, type AccountChanges } from './account-changes.ts';
import { AccountService } from './account-service.ts';
import { Administration, AdministrationError } from './administration.ts';
import { createLoginThrottle } from './login-throttle.ts';
import { createPasswords } from './passwords.ts';
import { deviceSecret } from './secrets.ts';
import { Sessions } from './sessions.ts';

vi.mock('@node-rs/argon2', { spy: true });

const device = { name: 'Laptop', kind: 'desktop' as const };

/** The accounts part of one server. */
const openAccounts = async (database: Database) => {
  const changes = await createAccountChanges(database);
  const accounts = new AccountService(database, changes);
  const passwords = await createPasswords();
  const events = new EventStore(database);
  const throttle = createLoginThrottle();
  return {
    changes,
    accounts,
    events,
    sessions: new Sessions({ database, accounts, changes, passwords, throttle }),
    administration: new Administration({ database, accounts, changes, events, passwords }),
  };
};
type Parts = Awaited<ReturnType<typeof openAccounts>>;

describe('accounts', () => {
  let database: Database;
  let parts: Parts;
  let other: Parts;
  let instanceId: string;
  let staff: string;
  let managers: string;
  const opened: AccountChanges[] = [];
  let counter = 0;

  const addUser = (roleId: string) => {
    counter += 1;
    return parts.administration.addUser({
      instanceId,
      roleId,
      username: `user${counter}`,
      name: `User ${counter}`,
      extension: String(1000 + counter),
      password: 'correct horse',
    });
  };
  const logIn = async (user: string, password = 'correct horse', addressKey = `address ${counter}`) =>
    parts.sessions.logIn({ user, password, device, addressKey });
  const tokenOf = async (user: string) => {
    const result = await logIn(user);
    if (result.kind !== 'loggedIn') throw new Error(result.kind);
    return result.token;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    parts = await openAccounts(database);
    other = await openAccounts(database);
    opened.push(parts.changes, other.changes);
    instanceId = await parts.administration.ensureInstance({ slug: 'acme', name: 'Acme' });
    staff = await parts.administration.ensureRole(instanceId, 'staff');
    managers = await parts.administration.ensureRole(instanceId, 'managers');
  });
  beforeEach(async () => {
    await parts.administration.setVisibility(staff, staff, true);
    await parts.administration.setVisibility(managers, staff, true);
    await parts.administration.setVisibility(staff, managers, false);
  });
  afterAll(async () => {
    for (const changes of opened) await changes.close();
    await database.close();
  });

  it('finds users by id, by name and by what is dialled, whatever the case', async () => {
    const user = await addUser(staff);
    const domain = 'acme.kontor.internal';
    expect(user).toMatchObject({ domain, instanceId, name: user.name });
    expect(await parts.accounts.userById(user.userId)).toEqual(user);
    expect(await parts.accounts.userByName(user.username.toUpperCase(), 'ACME.kontor.internal')).toEqual(user);
    expect(await parts.accounts.userByDialString(user.extension, domain)).toEqual(user);
    expect(await parts.accounts.userByDialString(user.username, domain)).toEqual(user);
    expect(await parts.accounts.userByName(user.username, 'elsewhere.example')).toBeNull();
    expect(await parts.accounts.userByDialString('9999', domain)).toBeNull();
  });

  it('CON-11 shows only users that the role makes visible, and always oneself', async () => {
    const worker = await addUser(staff);
    const manager = await addUser(managers);
    const ids = async (userId: string) => (await parts.accounts.visibleTo(userId)).map((account) => account.userId);
    expect(await ids(worker.userId)).toContain(worker.userId);
    expect(await ids(worker.userId)).not.toContain(manager.userId);
    expect(await ids(manager.userId)).toEqual(expect.arrayContaining([worker.userId, manager.userId]));
    expect(await parts.accounts.watchersOf(worker.userId)).toContain(manager.userId);
    expect(await parts.accounts.watchersOf(manager.userId)).toEqual([manager.userId]);
    await parts.administration.setVisibility(staff, managers, true);
    expect(await ids(worker.userId)).toContain(manager.userId);
    expect(await parts.accounts.visibleTo('nobody')).toEqual([]);
  });

  it('SES-1 logs in by name with or without instance', async () => {
    const { username, userId } = await addUser(staff);
    for (const user of [
      username,
      `${username}@acme`,
      `${username.toUpperCase()}@ACME`,
      `${username}@acme.kontor.internal`,
    ]) {
      const result = await logIn(user);
      expect(result).toMatchObject({ kind: 'loggedIn', device: { userId, deviceKind: 'desktop' } });
    }
    expect(await logIn(`${username}@nowhere`)).toEqual({ kind: 'invalidCredentials' });
  });

  it('SES-3 tells unknown user and wrong password apart neither by answer nor by work', async () => {
    const { username } = await addUser(staff);
    const work: string[][] = [];
    for (const user of [username, 'nobody-of-that-name']) {
      vi.mocked(argon2.verify).mockClear();
      expect(await logIn(user, 'wrong', `guess at ${user}`)).toEqual({ kind: 'invalidCredentials' });
      // The cost of a check stands in the head of the hash.
      work.push(vi.mocked(argon2.verify).mock.calls.map(([hash]) => String(hash).split('$').slice(0, 4).join('$')));
    }
    expect(work).toEqual([['$argon2id$v=19$m=19456,t=2,p=1'], ['$argon2id$v=19$m=19456,t=2,p=1']]);
  });

  it('SES-3 makes guessing wait, also many guesses at once', async () => {
    const { username } = await addUser(staff);
    const results = await Promise.all(Array.from({ length: 15 }, () => logIn(username, 'wrong', 'guesser')));
    expect(results.filter(({ kind }) => kind === 'invalidCredentials')).toHaveLength(5);
    expect(results.at(-1)).toMatchObject({ kind: 'tooManyAttempts' });
    expect(await logIn(username, 'correct horse', 'guesser')).toMatchObject({ kind: 'tooManyAttempts' });
    expect(await logIn(username, 'correct horse', 'another address')).toMatchObject({ kind: 'loggedIn' });
  });

  it('derives the SIP and XMPP secrets from the token and stores no secret', async () => {
    const user = await addUser(staff);
    const token = await tokenOf(user.username);
    const session = (await parts.accounts.sessionByToken(token))!;
    const sip = createHmac('sha256', token).update('sip').digest('base64url');
    const xmpp = createHmac('sha256', token).update('xmpp').digest('base64url');
    expect([deviceSecret(token, 'sip'), deviceSecret(token, 'xmpp')]).toEqual([sip, xmpp]);

    const ha1 = createHash('md5').update(`${session.deviceId}:acme.kontor.internal:${sip}`).digest('hex');
    expect(await parts.accounts.sipDevice(session.deviceId)).toEqual({ device: session, ha1 });

    const credentials = (await parts.accounts.scramCredentials(user.username, user.domain))!;
    const salted = pbkdf2Sync(xmpp, credentials.salt, credentials.iterations, 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    const own = credentials.devices.find((entry) => entry.device.deviceId === session.deviceId)!;
    expect(own.storedKey).toEqual(createHash('sha256').update(clientKey).digest());
    expect(own.serverKey).toEqual(createHmac('sha256', salted).update('Server Key').digest());

    const stored = JSON.stringify(
      await database.query('SELECT d.*, u.* FROM devices d JOIN users u ON u.id = d.user_id'),
    );
    for (const secret of [token, sip, xmpp, 'correct horse']) expect(stored).not.toContain(secret);
    expect(stored).toContain('$argon2id$');
  });

  it('ends a session at once, here and on the other servers of the database', async () => {
    const { username, userId, domain } = await addUser(staff);
    const token = await tokenOf(username);
    const { deviceId } = (await parts.accounts.sessionByToken(token))!;
    expect(await other.accounts.sessionByToken(token)).toMatchObject({ deviceId });
    expect(await other.accounts.sipDevice(deviceId)).not.toBeNull();

    const revokedHere: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const stopHere = parts.accounts.onDeviceRevoked((id) => revokedHere.push(id));
    const stopThere = other.accounts.onDeviceRevoked(resolve);
    await parts.sessions.logOut(deviceId);
    expect(revokedHere).toEqual([deviceId]);
    expect(await promise).toBe(deviceId);
    for (const { accounts } of [parts, other]) {
      expect(await accounts.sessionByToken(token)).toBeNull();
      expect(await accounts.sipDevice(deviceId)).toBeNull();
      expect((await accounts.scramCredentials(username, domain))!.devices).toEqual([]);
    }
    stopHere();
    stopThere();
    expect(await parts.accounts.userById(userId)).not.toBeNull();
  });

  it('ends the oldest session when a user has too many', async () => {
    const { username, userId } = await addUser(staff);
    const first = await tokenOf(username);
    await database.query(
      `INSERT INTO devices (id, user_id, name, kind, token_hash, sip_ha1, scram_stored_key, scram_server_key, last_seen_at)
       SELECT 'filler' || n, $1, 'x', 'other', decode(md5(n::text), 'hex'), '', '', '', now() + interval '1 minute'
         FROM generate_series(1, 49) AS n`,
      [userId],
    );
    expect(await parts.accounts.sessionByToken(first)).not.toBeNull();
    const last = await tokenOf(username);
    expect(await parts.accounts.sessionByToken(first)).toBeNull();
    expect(await parts.accounts.sessionByToken(last)).not.toBeNull();
  });

  it('ends sessions with a new password, and with the user', async () => {
    const { username, userId } = await addUser(staff);
    const token = await tokenOf(username);
    await parts.administration.setPassword(userId, 'another password');
    expect(await parts.accounts.sessionByToken(token)).toBeNull();
    expect(await logIn(username)).toEqual({ kind: 'invalidCredentials' });
    const result = await logIn(username, 'another password');
    await parts.administration.removeUser(userId);
    expect(result.kind === 'loggedIn' && (await parts.accounts.sessionByToken(result.token))).toBeNull();
    expect(await parts.accounts.userById(userId)).toBeNull();
  });

  it('tells everybody concerned when a user is added, renamed or removed', async () => {
    const manager = await addUser(managers);
    const before = await parts.events.position();
    const changed: string[] = [];
    const stop = parts.accounts.onDirectoryChanged((id) => changed.push(id));
    const worker = await addUser(staff);
    await parts.administration.renameUser(worker.userId, 'New Name');
    expect(await parts.accounts.userById(worker.userId)).toMatchObject({ name: 'New Name' });
    await parts.administration.removeUser(worker.userId);
    stop();
    expect(changed).toEqual([instanceId, instanceId, instanceId]);
    const replay = await parts.events.replay(manager.userId, before, await parts.events.position(), 100);
    const entry = { id: worker.userId, jid: `${worker.username}@${worker.domain}`, extension: worker.extension };
    expect(replay.kind === 'events' && replay.events.map(({ event }) => JSON.parse(event) as unknown)).toEqual([
      { type: 'directoryEntryChanged', entry: { ...entry, name: worker.name } },
      { type: 'directoryEntryChanged', entry: { ...entry, name: 'New Name' } },
      { type: 'directoryEntryRemoved', userId: worker.userId },
    ]);
  });

  it('refuses what an administrator gets wrong', async () => {
    const user = await addUser(staff);
    const base = {
      instanceId,
      roleId: staff,
      username: 'fresh',
      name: 'Fresh',
      extension: '55',
      password: 'long enough',
    };
    for (const wrong of [
      { username: user.username },
      { extension: user.extension },
      { username: 'With Space' },
      { username: 'anna@acme' },
      { extension: '12a' },
      { password: 'short' },
      { name: ' ' },
      { roleId: 'none' },
    ]) {
      await expect(parts.administration.addUser({ ...base, ...wrong })).rejects.toThrow(AdministrationError);
    }
    await expect(parts.administration.ensureInstance({ slug: 'No Slug', name: 'x' })).rejects.toThrow(
      AdministrationError,
    );
  });
});
