import type { UserId } from '../../../protocol/identity.ts';
import type { Session } from './session.ts';

/** The sessions that exist, attached or detached. */
export class SessionRegistry {
  private readonly byUser = new Map<UserId, Map<string, Session>>();
  private readonly byStream = new Map<string, Session>();

  add(session: Session): void {
    const userId = session.account.userId;
    let resources = this.byUser.get(userId);
    if (!resources) this.byUser.set(userId, (resources = new Map()));
    resources.set(session.resource, session);
  }

  /** Makes the session findable by the id of its managed stream. */
  addStream(id: string, session: Session): void {
    this.byStream.set(id, session);
  }

  remove(session: Session): void {
    const resources = this.byUser.get(session.account.userId);
    if (resources?.get(session.resource) === session) {
      resources.delete(session.resource);
      if (resources.size === 0) this.byUser.delete(session.account.userId);
    }
    if (session.streamManagement) this.byStream.delete(session.streamManagement.id);
  }

  ofStream(id: string): Session | null {
    return this.byStream.get(id) ?? null;
  }

  ofUser(userId: UserId): Session[] {
    return [...(this.byUser.get(userId)?.values() ?? [])];
  }

  find(userId: UserId, resource: string): Session | null {
    return this.byUser.get(userId)?.get(resource) ?? null;
  }

  isOnline(userId: UserId): boolean {
    return this.byUser.has(userId);
  }

  /** Users with at least one session. */
  users(): UserId[] {
    return [...this.byUser.keys()];
  }

  all(): Session[] {
    return [...this.byUser.values()].flatMap((resources) => [...resources.values()]);
  }
}
