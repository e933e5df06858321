import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import {
  ipcRequests,
  type IpcChannel,
  type IpcEvent,
  type IpcEventPayload,
  type IpcRequest,
  type IpcResponse,
} from '../../protocol/ipc.ts';
import type { Log } from '../logs/log.ts';
import { appOrigin } from '../protocol-handler/app-protocol.ts';
import { eventWire, requestWire } from './channels.ts';

export type IpcHandlers = {
  [Channel in IpcChannel]: (request: IpcRequest<Channel>) => IpcResponse<Channel> | Promise<IpcResponse<Channel>>;
};

const isChannel = (name: unknown): name is IpcChannel => typeof name === 'string' && Object.hasOwn(ipcRequests, name);

/** Only the main frame of the client window may ask, and only while it shows the program's own page. */
const isTrusted = (event: IpcMainInvokeEvent, client: WebContents | null): boolean =>
  client !== null &&
  event.sender === client &&
  event.senderFrame !== null &&
  event.senderFrame === client.mainFrame &&
  event.senderFrame.origin === appOrigin;

const answer = async <Channel extends IpcChannel>(
  handlers: IpcHandlers,
  channel: Channel,
  request: unknown,
): Promise<IpcResponse<Channel> | null> => {
  const read = ipcRequests[channel].request.safeParse(request);
  if (!read.success) throw new Error(`${channel}: request refused`);
  return handlers[channel](read.data as IpcRequest<Channel>);
};

/** Serves every channel of the contract. A request from elsewhere or of another shape is refused and noted. */
export const serveIpc = (handlers: IpcHandlers, client: () => WebContents | null, log: Log): void =>
  ipcMain.handle(requestWire, async (event, channel: unknown, request: unknown) => {
    if (!isTrusted(event, client())) {
      log.warn('ipc.untrusted', { url: event.senderFrame?.origin ?? 'gone' });
      throw new Error('Refused');
    }
    if (!isChannel(channel)) throw new Error('Unknown channel');
    try {
      return await answer(handlers, channel, request);
    } catch (error) {
      log.warn('ipc.failed', { channel, reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown' });
      throw error;
    }
  });

/** Tells the page a fact; lost where there is no page. */
export const sendEvent = <Event extends IpcEvent>(
  contents: WebContents | null,
  event: Event,
  payload: IpcEventPayload<Event>,
): void => {
  if (contents !== null && !contents.isDestroyed()) contents.send(eventWire, event, payload);
};
