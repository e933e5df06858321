/** Enabling, acknowledging and resuming managed streams (XEP-0198). */
import { randomBytes } from 'node:crypto';
import type { DeviceAccount } from '../../accounts/accounts.ts';
import { ns } from '../namespaces.ts';
import type { Session, SessionTransport } from '../sessions/session.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { element, type XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serializer.ts';
import { StreamManagement } from './stream-management.ts';

const failed = (condition: string): string =>
  serialize(element('failed', ns.streamManagement, {}, element(condition, ns.stanzaErrors)));

/** A session of the same device that waits to be resumed, with the client's acknowledgement taken; or `null`. */
export const resumeSession = async (
  registry: SessionRegistry,
  device: DeviceAccount,
  resume: XmlElement,
): Promise<Session | null> => {
  const session = registry.ofStream(resume.attribute('previd') ?? '');
  const management = session?.streamManagement;
  if (!management?.resumable || session?.account.deviceId !== device.deviceId) return null;
  session.releaseTransport();
  await management.allHandled(); // So that `h` tells everything that is safe.
  return !session.isEnded() && management.acknowledge(resume.attribute('h')) ? session : null;
};

export const handleManagement = (
  transport: SessionTransport,
  registry: SessionRegistry,
  session: Session,
  received: XmlElement,
  resumeSeconds: number,
): void => {
  const management = session.streamManagement;
  switch (received.name) {
    case 'enable': {
      if (management) return transport.write(failed('unexpected-request'));
      const resume = received.attribute('resume');
      const resumable = (resume === 'true' || resume === '1') && resumeSeconds > 0;
      const id = randomBytes(18).toString('base64url');
      const answer = resumable ? { id, resume: 'true', max: String(resumeSeconds) } : {};
      transport.write(serialize(element('enabled', ns.streamManagement, answer)));
      session.streamManagement = new StreamManagement(id, resumable);
      if (resumable) registry.addStream(id, session);
      return;
    }
    case 'r':
      void management?.allHandled().then(() => {
        if (!session.isEnded())
          session.writeNow(serialize(element('a', ns.streamManagement, { h: management.handled() })));
      });
      return;
    case 'a':
      if (management && !management.acknowledge(received.attribute('h'))) session.end('undefined-condition');
      return;
    default:
      transport.write(failed('unexpected-request'));
  }
};
