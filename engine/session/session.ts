/**
 * Logging in, taking a saved login up again, logging out.
 *
 * | phase     | by                                      | becomes              |
 * | --------- | --------------------------------------- | -------------------- |
 * | starting  | no saved login                          | loggedOut            |
 * | starting  | saved login, server answers             | loggedIn             |
 * | starting  | saved login, facts kept                 | loggedIn, then asks  |
 * | starting  | saved login, server silent, no facts    | starting, then tries |
 * | loggedOut | login                                   | loggingIn            |
 * | loggingIn | refused or failed                       | loggedOut + failure  |
 * | loggingIn | accepted                                | loggedIn             |
 * | loggedIn  | logout                                  | loggedOut            |
 * | any       | token no longer valid                   | loggedOut + revoked  |
 */
import {
  profileSchema,
  provisioningSchema,
  sessionResponseSchema,
  wellKnownSchema,
  type Provisioning,
  type SessionRequest,
} from '../../protocol/rest.ts';
import type { SavedLogin } from '../../protocol/ipc.ts';
import type { LoginRequest, Outcome } from '../client/commands.ts';
import type { Ports } from '../ports/ports.ts';
import { linkChanged } from '../state/connection.ts';
import { sessionChanged } from '../state/session.ts';
import type { EngineStore } from '../state/store.ts';
import type { Failure, LinkState } from '../state/types.ts';
import { createReconnection, type Reconnection } from './reconnection.ts';
import { createRestClient, type RestClient, type RestFailure } from './rest-client.ts';
import { serverOrigins } from './server-address.ts';
import type { CachedSession, SessionCache } from './session-cache.ts';

export interface OpenSession {
  rest: RestClient;
  token: string;
  provisioning: Provisioning;
}
export interface SessionOptions {
  ports: Ports;
  store: EngineStore;
  cache: SessionCache;
  /** A session is shown by what was kept of it; the server has not been heard yet. */
  restored(session: CachedSession): Promise<void>;
  /** The server has accepted the session: open the connections. Not called before `restored` is through. */
  opened(session: OpenSession): Promise<void>;
  /** Close all connections. Called at every end, also of a session that was never opened. */
  closed(): Promise<void>;
}
export interface Session {
  login(request: LoginRequest): Promise<Outcome>;
  resume(): Promise<void>;
  logout(wipe: boolean): Promise<void>;
  /** A connection was told that the token is not valid any more. */
  revoked(): void;
  wake(): void;
  dispose(): void;
}

/** The version of `/api/v1` that this client speaks. */
const apiVersion = 1;

const failureOf = (failure: RestFailure): Failure => {
  if (failure.kind === 'unreadable') return { code: 'unknownServer' };
  if (failure.kind === 'unreachable') return { code: 'serverUnavailable' };
  switch (failure.code) {
    case 'invalidCredentials':
    case 'invalidRequest':
      return { code: 'invalidCredentials' };
    case 'tooManyAttempts':
    case 'rateLimited':
      return { code: 'tooManyAttempts', retryAfterSeconds: failure.retryAfterSeconds ?? 30 };
    case 'unavailable':
      return { code: 'serverUnavailable' };
    case 'unauthorized':
      return { code: 'sessionRevoked' };
    default:
      return { code: 'internal' };
  }
};

export const createSession = ({ ports, store, cache, restored, opened, closed }: SessionOptions): Session => {
  let login: SavedLogin | null = null;
  /** Counts sessions, so that an answer to an earlier one changes nothing. */
  let generation = 0;
  let retry: Reconnection | null = null;
  let closing: Promise<void> = Promise.resolve();
  let restoring: Promise<void> = Promise.resolve();

  const loggedOut = (failure: Failure | null): void => {
    generation += 1;
    retry?.stop();
    retry = null;
    login = null;
    closing = closed();
    store.dispatch(sessionChanged({ phase: 'loggedOut', failure }));
  };
  const revoked = (): void => {
    if (login === null) return;
    cache.clear();
    void ports.secrets.clear();
    loggedOut({ code: 'sessionRevoked' });
  };
  const findServer = async (written: string): Promise<{ origin: string } | Failure> => {
    const origins = serverOrigins(written);
    const [first] = origins;
    if (first === undefined) return { code: 'unknownServer' };
    let silent = true;
    for (const origin of origins) {
      const answer = await createRestClient(origin, null, () => undefined).get('/.well-known/kontor', wellKnownSchema);
      if (answer.ok) {
        const { apiVersions } = answer.value;
        if (apiVersions.includes(apiVersion)) return { origin };
        return { code: Math.max(0, ...apiVersions) < apiVersion ? 'serverTooOld' : 'serverTooNew' };
      }
      if (answer.failure.kind === 'refused' && answer.failure.code === 'rateLimited') return failureOf(answer.failure);
      silent &&= answer.failure.kind === 'unreachable';
    }
    if (!silent) return { code: 'unknownServer' };
    const reason = await ports.shell.probeServer(first);
    return { code: reason === 'reachable' || reason === 'unavailable' ? 'serverUnavailable' : reason };
  };
  /** Provisioning and profile; on success the session is shown and its connections are opened. */
  const open = async (saved: SavedLogin): Promise<Outcome> => {
    const mine = generation;
    const rest = createRestClient(saved.server, saved.token, () => {
      if (mine === generation) revoked();
    });
    const [provisioning, profile] = await Promise.all([
      rest.get('/api/v1/provisioning', provisioningSchema),
      rest.get('/api/v1/profile', profileSchema),
    ]);
    if (mine !== generation) return { ok: false, failure: { code: 'sessionRevoked' } };
    if (!provisioning.ok) return { ok: false, failure: failureOf(provisioning.failure) };
    if (!profile.ok) return { ok: false, failure: failureOf(profile.failure) };
    await restoring;
    if (mine !== generation) return { ok: false, failure: { code: 'sessionRevoked' } };
    const { user, xmpp, features, limits, dialPlan } = provisioning.value;
    const facts = { features, limits, dialPlan, jid: xmpp.jid };
    cache.write({ server: saved.server, login: saved.user, user, provisioning: facts, profile: profile.value });
    store.dispatch(
      sessionChanged({ phase: 'loggedIn', user, server: saved.server, provisioning: facts, profile: profile.value }),
    );
    await opened({ rest, token: saved.token, provisioning: provisioning.value });
    return { ok: true };
  };
  const showLinks = (state: LinkState): void => {
    for (const link of ['sip', 'xmpp', 'events'] as const) store.dispatch(linkChanged({ link, state }));
  };
  const keepTrying = (saved: SavedLogin): void => {
    const attempt = async (): Promise<void> => {
      const outcome = await open(saved);
      if (retry !== reconnection) return;
      if (outcome.ok) retry = null;
      else reconnection.lost();
    };
    const reconnection = createReconnection({
      clock: ports.clock,
      open: () => void attempt(),
      check: () => undefined,
      changed: showLinks,
    });
    retry = reconnection;
    reconnection.start();
    reconnection.lost();
  };

  return {
    login: async (request) => {
      if (login !== null) await endSession(false);
      store.dispatch(sessionChanged({ phase: 'loggingIn' }));
      const fail = (failure: Failure): Outcome => {
        loggedOut(failure);
        return { ok: false, failure };
      };
      const written = request.server.trim() || ((await ports.shell.defaultServer()).server ?? '');
      const server = await findServer(written);
      if ('code' in server) return fail(server);
      const body: SessionRequest = {
        user: request.user.trim(),
        password: request.password,
        device: { name: ports.shell.deviceName.slice(0, 100), kind: ports.shell.deviceKind },
      };
      const rest = createRestClient(server.origin, null, () => undefined);
      const answer = await rest.send('POST', '/api/v1/session', body, sessionResponseSchema);
      if (!answer.ok) return fail(failureOf(answer.failure));
      const saved: SavedLogin = { server: server.origin, user: body.user, token: answer.value.token };
      generation += 1;
      login = saved;
      const outcome = await open(saved);
      if (!outcome.ok) return fail(outcome.failure);
      await ports.secrets.save(saved, 'reload');
      if (request.save) await ports.secrets.save(saved);
      await ports.settings.update({ server: written, lastUser: body.user });
      return { ok: true };
    },
    resume: async () => {
      const saved = await ports.secrets.load().catch(() => null);
      if (saved === null) {
        loggedOut(null);
        return;
      }
      generation += 1;
      login = saved;
      const cached = cache.read(saved);
      if (cached) {
        const { user, server, provisioning, profile } = cached;
        store.dispatch(sessionChanged({ phase: 'loggedIn', user, server, provisioning, profile }));
        showLinks({ phase: 'connecting' });
        restoring = restored(cached).catch(() => undefined);
      }
      const outcome = await open(saved);
      if (!outcome.ok && login === saved) keepTrying(saved);
    },
    logout: (wipe) => endSession(wipe),
    revoked,
    wake: () => retry?.wake(),
    dispose: () => {
      generation += 1;
      retry?.stop();
      retry = null;
      void closed();
    },
  };

  async function endSession(wipe: boolean): Promise<void> {
    const ending = login;
    loggedOut(null);
    cache.clear();
    await ports.secrets.clear();
    // What was being written is in the archive before it is wiped.
    await closing;
    if (wipe) await ports.archive.call('wipe', null).catch(() => null);
    // Told last: the answer may never come, and the device has forgotten the token already.
    if (ending) await createRestClient(ending.server, ending.token, () => undefined).tell('DELETE', '/api/v1/session');
  }
};
