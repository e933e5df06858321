/** How long to wait for ICE candidates: only for usable ones, and not for a STUN server that does not answer. */
import type { Clock } from '../ports/ports.ts';

/** The candidates of one source come in a burst, some milliseconds at most apart. */
const burstTime = 5;
/** How long a STUN or TURN server may take to add its candidate to those of this machine. */
const serverTime = 50;
const longestTime = 500;

export interface CandidateCap {
  candidate(found: Pick<RTCIceCandidate, 'type'>): void;
  cancel(): void;
}
/**
 * Calls `ready` once: when a burst of usable candidates is over, at the latest 500 ms after the first. Where servers
 * are configured, those of this machine alone suffice only when no server has answered for 50 ms.
 */
export const createCandidateCap = (clock: Clock, hasServers: boolean, ready: () => void): CandidateCap => {
  let isReachable = !hasServers;
  let quiet: (() => void) | null = null;
  let longest: (() => void) | null = null;
  let done = false;
  const cancel = (): void => {
    done = true;
    quiet?.();
    longest?.();
  };
  const finish = (): void => {
    if (done) return;
    cancel();
    ready();
  };
  return {
    candidate: ({ type }) => {
      if (done) return;
      isReachable ||= type !== 'host';
      longest ??= clock.after(longestTime, finish);
      quiet?.();
      quiet = clock.after(isReachable ? burstTime : serverTime, finish);
    },
    cancel,
  };
};

export const hasServers = (connection: RTCPeerConnection): boolean =>
  (connection.getConfiguration().iceServers?.length ?? 0) > 0;

/** Resolves when the candidates of the local description suffice to be sent. */
export const whenGathered = (connection: RTCPeerConnection, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    if (connection.iceGatheringState === 'complete') {
      resolve();
      return;
    }
    const finish = (): void => {
      connection.removeEventListener('icecandidate', heard);
      cap.cancel();
      giveUp();
      resolve();
    };
    const heard = ({ candidate }: RTCPeerConnectionIceEvent): void => {
      if (candidate) cap.candidate(candidate);
      else finish();
    };
    const cap = createCandidateCap(clock, hasServers(connection), finish);
    const giveUp = clock.after(longestTime, finish);
    connection.addEventListener('icecandidate', heard);
  });
