/** Learns by the client's capabilities (XEP-0115) of which PEP nodes it wants to hear (`+notify`). */
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';
import { element, type XmlElement } from '../xml/element.ts';

const suffix = '+notify';
const mostNodes = 100;

export class Capabilities {
  private readonly asked = new WeakMap<Session, string>();
  private readonly onWishes: (session: Session, nodes: string[]) => Promise<void>;
  private queries = 0;

  /** `onWishes`: nodes that the client had not asked for before. */
  constructor(onWishes: (session: Session, nodes: string[]) => Promise<void>) {
    this.onWishes = onWishes;
  }

  /** Asks the client what its capabilities mean, where its presence names others than before. */
  announced(session: Session): void {
    const caps = session.presence?.child('c', ns.caps);
    const ver = caps?.attribute('ver');
    const node = caps?.attribute('node');
    if (!ver || !node || session.capabilities === `${node}#${ver}`) return;
    session.capabilities = `${node}#${ver}`;
    this.queries += 1;
    const id = `caps-${this.queries}`;
    this.asked.set(session, id);
    session.sendStanza(
      element(
        'iq',
        ns.client,
        { type: 'get', id, from: session.account.domain, to: session.fullJid },
        element('query', ns.discoInfo, { node: `${node}#${ver}` }),
      ),
    );
  }

  /** Takes an iq result of the client's if it is the answer. */
  async answered(session: Session, iq: XmlElement): Promise<void> {
    const query = iq.child('query', ns.discoInfo);
    if (!query || this.asked.get(session) !== iq.attribute('id')) return;
    this.asked.delete(session);
    const wishes = query
      .elements()
      .flatMap((child) => child.attribute('var') ?? [])
      .filter((feature) => feature.endsWith(suffix))
      .map((feature) => feature.slice(0, -suffix.length))
      .slice(0, mostNodes);
    const added = wishes.filter((node) => !session.notify.has(node));
    session.notify = new Set(wishes);
    await this.onWishes(session, added);
  }
}
