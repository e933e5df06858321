/** The own mailbox: read once, then kept in step by events; its commands. */
import type { ServerEvent } from '../../protocol/events.ts';
import {
  greetingId,
  listOf,
  voicemailLinkSchema,
  voicemailMessageSchema,
  voicemailSettingsSchema,
  type VoicemailMessage,
  type VoicemailSettings,
} from '../../protocol/rest.ts';
import type { EngineCommands, Outcome } from '../client/commands.ts';
import type { RestClient, RestResult } from '../session/rest-client.ts';
import type { EngineStore } from '../state/store.ts';
import type { Failure } from '../state/types.ts';
import {
  voicemailLoaded,
  voicemailMessageChanged,
  voicemailMessageRemoved,
  voicemailSettingsChanged,
} from '../state/voicemail.ts';
import { createGreetingRecorder } from './greeting-recorder.ts';
import { greetingSoundOf } from './greeting-sound.ts';

export type VoicemailCommands = Pick<
  EngineCommands,
  | 'markVoicemailHeard'
  | 'removeVoicemail'
  | 'restoreVoicemail'
  | 'voicemailAudio'
  | 'voicemailFile'
  | 'setVoicemailPreferences'
  | 'setVoicemailPin'
  | 'setVoicemailGreeting'
  | 'startGreeting'
  | 'finishGreeting'
  | 'cancelGreeting'
>;
export interface Voicemail extends VoicemailCommands {
  load(): Promise<void>;
  apply(event: ServerEvent): void;
  stop(): void;
}

const failureOf = (answer: { failure: { kind: string } }): Failure => ({
  code: answer.failure.kind === 'unreachable' ? 'notConnected' : 'internal',
});
const pathOf = (id: string): string => `/api/v1/voicemail/messages/${encodeURIComponent(id)}`;

/** `arrived` is told of each message that is new. */
export const createVoicemail = (
  rest: RestClient,
  store: EngineStore,
  arrived: (message: VoicemailMessage) => void,
): Voicemail => {
  const recorder = createGreetingRecorder(store);
  /** Highest id seen: ids rise, so a message brought back is not taken for a new one. */
  let newest = 0;
  const messageOf = (id: string): VoicemailMessage | undefined =>
    store.getState().voicemail.messages.find((message) => message.id === id);
  /** Shows the change at once, and the earlier state again where the server refuses. */
  const optimistic = async (
    change: () => void,
    undo: () => void,
    answer: Promise<RestResult<null>>,
  ): Promise<Outcome> => {
    change();
    const result = await answer;
    if (result.ok) return { ok: true };
    undo();
    return { ok: false, failure: failureOf(result) };
  };
  const put = (message: VoicemailMessage): void => void store.dispatch(voicemailMessageChanged(message));
  const saved = async (answer: Promise<RestResult<VoicemailSettings>>): Promise<Outcome> => {
    const result = await answer;
    if (!result.ok) return { ok: false, failure: failureOf(result) };
    store.dispatch(voicemailSettingsChanged(result.value));
    return { ok: true };
  };
  const link = (id: string) =>
    rest.send('POST', `/api/v1/voicemail/audio/${encodeURIComponent(id)}/link`, undefined, voicemailLinkSchema);
  const setGreeting = async (file: Blob | null): Promise<Outcome> => {
    const path = '/api/v1/voicemail/greeting';
    if (file === null) return saved(rest.send('DELETE', path, undefined, voicemailSettingsSchema));
    const sound = await greetingSoundOf(file);
    if (!sound.ok) return sound;
    return saved(rest.sendFile('PUT', path, sound.wav, voicemailSettingsSchema));
  };

  return {
    load: async () => {
      const [messages, settings] = await Promise.all([
        rest.getAll('/api/v1/voicemail/messages', listOf(voicemailMessageSchema)),
        rest.get('/api/v1/voicemail/settings', voicemailSettingsSchema),
      ]);
      if (messages.ok) {
        newest = Math.max(newest, ...messages.value.map(({ id }) => Number(id)));
        store.dispatch(voicemailLoaded(messages.value));
      }
      if (settings.ok) store.dispatch(voicemailSettingsChanged(settings.value));
    },
    apply: (event) => {
      switch (event.type) {
        case 'voicemailMessageChanged': {
          const isNew = Number(event.message.id) > newest && !event.message.heard;
          newest = Math.max(newest, Number(event.message.id));
          put(event.message);
          if (isNew) arrived(event.message);
          break;
        }
        case 'voicemailMessageRemoved':
          store.dispatch(voicemailMessageRemoved(event.id));
          break;
        case 'voicemailSettingsChanged':
          store.dispatch(voicemailSettingsChanged(event.settings));
          break;
      }
    },
    stop: () => recorder.cancel(),
    markVoicemailHeard: async (id, heard) => {
      const message = messageOf(id);
      if (message === undefined || message.heard === heard) return { ok: true };
      return optimistic(
        () => put({ ...message, heard }),
        () => put(message),
        rest.tell('PUT', pathOf(id), { heard }),
      );
    },
    removeVoicemail: async (id) => {
      const message = messageOf(id);
      if (message === undefined) return { ok: true };
      return optimistic(
        () => void store.dispatch(voicemailMessageRemoved(id)),
        () => put(message),
        rest.tell('DELETE', pathOf(id)),
      );
    },
    restoreVoicemail: async (id) => {
      const answer = await rest.tell('POST', `${pathOf(id)}/restore`);
      return answer.ok ? { ok: true } : { ok: false, failure: failureOf(answer) };
    },
    voicemailAudio: async (id) => {
      const answer = await link(id ?? greetingId);
      return answer.ok ? `${rest.origin}${answer.value.path}` : null;
    },
    voicemailFile: async (id) => {
      const answer = await link(id);
      if (!answer.ok) return null;
      const file = await rest.file(answer.value.path);
      return file.ok ? file.value : null;
    },
    setVoicemailPreferences: ({ enabled, noAnswerSeconds, keepDays }) =>
      saved(
        rest.send('PUT', '/api/v1/voicemail/settings', { enabled, noAnswerSeconds, keepDays }, voicemailSettingsSchema),
      ),
    setVoicemailPin: (pin) =>
      saved(
        pin === null
          ? rest.send('DELETE', '/api/v1/voicemail/pin', undefined, voicemailSettingsSchema)
          : rest.send('PUT', '/api/v1/voicemail/pin', { pin }, voicemailSettingsSchema),
      ),
    setVoicemailGreeting: setGreeting,
    startGreeting: () => recorder.start(),
    finishGreeting: async () => {
      const file = await recorder.finish();
      return file === null ? { ok: true } : setGreeting(file);
    },
    cancelGreeting: () => recorder.cancel(),
  };
};

/** The commands while somebody is logged in; without a session they fail as values. */
export const voicemailCommands = (current: () => Voicemail | null): VoicemailCommands => {
  const offline: Outcome = { ok: false, failure: { code: 'notConnected' } };
  const run = (command: (voicemail: Voicemail) => Promise<Outcome>): Promise<Outcome> => {
    const voicemail = current();
    return voicemail === null ? Promise.resolve(offline) : command(voicemail);
  };
  return {
    markVoicemailHeard: (id, heard) => run((voicemail) => voicemail.markVoicemailHeard(id, heard)),
    removeVoicemail: (id) => run((voicemail) => voicemail.removeVoicemail(id)),
    restoreVoicemail: (id) => run((voicemail) => voicemail.restoreVoicemail(id)),
    voicemailAudio: async (id) => current()?.voicemailAudio(id) ?? null,
    voicemailFile: async (id) => current()?.voicemailFile(id) ?? null,
    setVoicemailPreferences: (preferences) => run((voicemail) => voicemail.setVoicemailPreferences(preferences)),
    setVoicemailPin: (pin) => run((voicemail) => voicemail.setVoicemailPin(pin)),
    setVoicemailGreeting: (file) => run((voicemail) => voicemail.setVoicemailGreeting(file)),
    startGreeting: () => run((voicemail) => voicemail.startGreeting()),
    finishGreeting: () => run((voicemail) => voicemail.finishGreeting()),
    cancelGreeting: () => current()?.cancelGreeting(),
  };
};
