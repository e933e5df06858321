/** The floor for call set-up: JsSIP as it comes, on an empty page, with the same server and the same tone. */
import { UA, WebSocketInterface } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { Provisioning } from '../../protocol/rest.ts';

const parameters = new URLSearchParams(location.hash.slice(1));
const provisioning = JSON.parse(parameters.get('provisioning') ?? '{}') as Provisioning;
const agent = new UA({
  sockets: [new WebSocketInterface(provisioning.sip.url)],
  uri: provisioning.sip.uri,
  authorization_user: provisioning.sip.authorizationUser,
  password: provisioning.sip.password,
  realm: provisioning.sip.realm,
  session_timers: false,
});
const options = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };
let session: RTCSession | null = null;
agent.on('newRTCSession', (event: { session: RTCSession; originator: string }) => {
  session = event.session;
  if (event.originator === 'remote') event.session.answer(options);
});
agent.on('registered', () => (document.body.dataset['connection'] = 'online'));
agent.start();

const field = document.querySelector('input');
field?.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') agent.call(`sip:${field.value}@${provisioning.sip.realm}`, options);
});
Object.assign(window, { hangUp: () => session?.terminate() });
