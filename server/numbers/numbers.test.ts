import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { NumberService } from './number-service.ts';
import { createAccountChanges, type AccountChanges } from '../accounts/account-changes.ts';
import { createLogger } from '../log.ts';
import { CallLimits } from './outgoing.ts';
import { callingRulesSchema, type Numbers } from './numbers.ts';

describe('numbers of an instance', () => {
  let server: TestServer;
  let changes: AccountChanges;
  let numbers: Numbers;
  beforeAll(async () => {
    server = await startTestServer();
    changes = await createAccountChanges(server.database);
    numbers = new NumberService(server.database, changes, createLogger('silent'));
  });
  afterAll(async () => {
    await changes.close();
    await server.close();
  });
  /** As a server that has just started sees it. */
  const read = () => new NumberService(server.database, changes, createLogger('silent'));
  const trunk = { id: 'provider', host: 'sip.provider.example' };

  it('the demo company sits in Deggendorf and has direct numbers', async () => {
    expect(await numbers.planOf('demo')).toMatchObject({ country: 'DE', areaCode: '991' });
    const anna = (await server.accounts.userByName('anna', 'demo.kontor.internal'))!;
    expect(await numbers.numberOf(anna)).toBe('+498999998101');
    const token = await server.logIn('anna');
    const { body } = await server.api('GET', '/provisioning', { token });
    expect(body).toMatchObject({
      dialPlan: { country: 'DE', areaCode: '991', longestInternal: 3 },
      features: { dialIn: null, outside: false },
    });
  });

  it('SRV-3 roles decide who picks up whose calls', async () => {
    expect(await numbers.mayPickUp('demo-anna', 'demo-ben')).toBe(true);
    expect(await numbers.mayPickUp('demo-anna', 'demo-anna')).toBe(false);
    expect((await numbers.pickersOf('demo-ben')).length).toBe(7);
    const roleId = await server.administration.ensureRole('demo', 'Mitarbeiter');
    await server.numberAdministration.setPickUp('demo', roleId, roleId, false);
    expect(await read().mayPickUp('demo-ben', 'demo-clara')).toBe(false);
    expect(await read().mayPickUp('demo-anna', 'demo-clara')).toBe(true);
  });

  it('SRV-2 trunks, rules and single numbers are kept, changed and removed', async () => {
    const { numberAdministration } = server;
    await numberAdministration.putTrunk('demo', 2, trunk);
    await numberAdministration.putTrunk('demo', 1, { ...trunk, id: 'first' });
    await numberAdministration.setIncomingNumber('demo', '+49991555', '103');
    const roleId = await server.administration.ensureRole('demo', 'Mitarbeiter');
    await numberAdministration.setCallingRules('demo', roleId, { foreign: ['AT'], concurrent: 2 });
    expect((await read().trunks()).map(({ settings }) => settings.id)).toEqual(['first', 'provider']);
    expect((await read().trunks())[0]).toMatchObject({ instanceId: 'demo', domain: 'demo.kontor.internal' });
    expect(await read().dialStringOf('demo', '+49991555')).toBe('103');
    expect(await read().rulesOf('demo-ben')).toEqual({ foreign: ['AT'], premium: false, concurrent: 2, perHour: 60 });
    const clara = (await server.accounts.userByName('clara', 'demo.kontor.internal'))!;
    expect(await read().numberOf(clara)).toBe('+49991555');
    const token = await server.logIn('anna');
    expect((await server.api('GET', '/provisioning', { token })).body).toMatchObject({ features: { outside: true } });
    await numberAdministration.removeTrunk('demo', 'first');
    await numberAdministration.removeTrunk('demo', 'provider');
    await numberAdministration.setIncomingNumber('demo', '+49991555', null);
    expect(await read().trunks()).toEqual([]);
    expect(await read().dialStringOf('demo', '+49991555')).toBeNull();
  });

  it.each([
    [
      'a country that is none',
      () => server.numberAdministration.setDialPlan('demo', { country: 'XX' }),
      'not a country',
    ],
    [
      'a broken range',
      () =>
        server.numberAdministration.setDialPlan('demo', {
          country: 'DE',
          ownNumbers: [{ prefix: '0991', main: null }],
        }),
      'ownNumbers.0.prefix',
    ],
    [
      'keys over an open line',
      () => server.numberAdministration.putTrunk('demo', 1, { ...trunk, transport: 'tcp', media: 'srtp' }),
      'tls',
    ],
    [
      'a password with a line break',
      () => server.numberAdministration.putTrunk('demo', 1, { ...trunk, account: { user: 'a b', password: 'x' } }),
      'account.user',
    ],
  ])('%s is refused in one line', async (_what, change, reason) => {
    await expect(change()).rejects.toThrow(reason);
  });

  it('an extension that is an emergency number is refused', async () => {
    const roleId = await server.administration.ensureRole('demo', 'Mitarbeiter');
    const user = {
      instanceId: 'demo',
      roleId,
      username: 'notruf',
      name: 'Notruf',
      extension: '110',
      password: 'geheim-genug',
    };
    const { userId } = await server.administration.addUser(user);
    await expect(server.numberAdministration.setDialPlan('demo', { country: 'DE' })).rejects.toThrow(
      'emergency number',
    );
    await server.administration.removeUser(userId);
  });
});

describe('SRV-7 limits of calls', () => {
  const rules = callingRulesSchema.parse({ concurrent: 2, perHour: 3 });
  it('count what runs, and what began within an hour, for each user alone', () => {
    let now = 0;
    const limits = new CallLimits(() => now);
    const begin = (userId: string) => limits.begin(userId, rules);
    const first = begin('anna');
    const second = begin('anna');
    expect(begin('anna')).toEqual({ cause: 34, reason: 'Too many calls at a time' });
    expect(typeof begin('ben')).toBe('function');
    for (const end of [first, first, second]) if (typeof end === 'function') end();
    const third = begin('anna');
    if (typeof third === 'function') third();
    expect(begin('anna')).toEqual({ cause: 34, reason: 'Too many calls within an hour' });
    now = 3_600_001;
    expect(typeof begin('anna')).toBe('function');
  });
});
