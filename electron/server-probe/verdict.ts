import type { IpcResponse } from '../../protocol/ipc.ts';

/** What a failed request says about the server, from Chromium's error name (`net::ERR_…`). */
export const verdictOfFailure = (message: string): IpcResponse<'server.probe'> => {
  if (/ERR_(CERT|SSL|BAD_SSL)/.test(message)) return 'certificateNotTrusted';
  if (/ERR_(NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|DNS_|ICANN_NAME_COLLISION|ADDRESS_INVALID)/.test(message))
    return 'unknownServer';
  if (/ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED|NETWORK_IO_SUSPENDED|ADDRESS_UNREACHABLE)/.test(message))
    return 'noNetwork';
  // An answer that is no JSON comes from something else than a Kontor server.
  return /JSON/.test(message) ? 'unknownServer' : 'unavailable';
};
