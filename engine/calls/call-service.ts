/** What the engine asks of telephony. `softphone.ts` implements it. */
import type { Provisioning } from '../../protocol/rest.ts';
import type { EngineCommands } from '../client/commands.ts';

export type CallCommands = Pick<
  EngineCommands,
  | 'dial'
  | 'answerCall'
  | 'rejectCall'
  | 'hangUpCall'
  | 'holdCall'
  | 'resumeCall'
  | 'muteCall'
  | 'transferCall'
  | 'sendDigit'
  | 'dismissCall'
  | 'prepareAudio'
>;
export interface CallService extends CallCommands {
  start(sip: Provisioning['sip']): Promise<void>;
  /** The next call that the server sends as picked up is answered at once, for a few seconds. */
  expectPickUp(): void;
  /** The network changed or the machine woke up. */
  wake(): void;
  /** Ends all calls and unregisters. */
  stop(): void;
}
