/** Messages that wait for a login (XEP-0160), and the order of everything that goes to one user. */
import type { Logger } from '../../log.ts';
import type { UserId } from '../../../protocol/identity.ts';
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';
import { element } from '../xml/element.ts';
import { parseFrame } from '../xml/parser.ts';
import { type Archive, timeOfId } from './archive.ts';
import { withStanzaId } from './payload.ts';

const chunk = 250;
/** One login gets at most this many; the rest waits for the next, and is in the archive anyway. */
const chunksAtOnce = 20;

export class OfflineMessages {
  private readonly archive: Archive;
  private readonly log: Logger;
  private readonly underWay = new Map<UserId, Promise<void>>();

  constructor(archive: Archive, log: Logger) {
    this.archive = archive;
    this.log = log;
  }

  /** Runs `task` at once, or after what is already under way to this user. */
  inOrder(userId: UserId, task: () => void | Promise<void>): void {
    const before = this.underWay.get(userId);
    const running = before ? before.then(task) : task();
    if (!running) return;
    const guarded: Promise<void> = running
      .catch((error: unknown) => this.log.error({ err: error }, 'delivery failed'))
      .then(() => {
        if (this.underWay.get(userId) === guarded) this.underWay.delete(userId);
      });
    this.underWay.set(userId, guarded);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay.values());
  }

  /** Lets stored messages wait for the user's next login. */
  wait(userId: UserId, ids: bigint[]): Promise<void> {
    return this.archive.makePending(userId, ids);
  }

  /** Whether this waiting message was still waiting; it is not any more. */
  take(userId: UserId, id: bigint): Promise<boolean> {
    return this.archive.claim(userId, id);
  }

  /** Hands what waits to a resource that takes messages. */
  deliverTo(session: Session): void {
    this.inOrder(session.account.userId, async () => {
      for (let round = 0; round < chunksAtOnce && session.takesMessages(); round += 1) {
        const messages = await this.archive.claimPending(session.account.userId, chunk);
        if (session.isEnded()) {
          await this.archive.makePending(
            session.account.userId,
            messages.map(({ id }) => BigInt(id)),
          );
          return;
        }
        for (const { id, stanza } of messages) this.deliverOne(session, id, stanza);
        if (messages.length < chunk) return;
      }
    });
  }

  private deliverOne(session: Session, id: string, xml: string): void {
    const parsed = parseFrame(xml);
    if (!parsed.ok) return;
    const delay = element('delay', ns.delay, { from: session.account.domain, stamp: timeOfId(id).toISOString() });
    const stanza = parsed.element.with({}, [...parsed.element.children, delay]);
    session.sendStanza(withStanzaId(stanza, session.bareJid, id), { archivedId: BigInt(id) });
  }
}
