/** How long to wait for ICE candidates: not for those of a STUN server that does not answer. */
import type { Clock } from '../ports/ports.ts';

const quietTime = 50;
const longestTime = 500;

/** Calls `ready` once: when 50 ms have passed since the last candidate reported, at the latest 500 ms after the first. */
export const createCandidateCap = (clock: Clock, ready: () => void): { candidate(): void; cancel(): void } => {
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
    candidate: () => {
      if (done) return;
      longest ??= clock.after(longestTime, finish);
      quiet?.();
      quiet = clock.after(quietTime, finish);
    },
    cancel,
  };
};

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
      if (candidate) cap.candidate();
      else finish();
    };
    const cap = createCandidateCap(clock, finish);
    const giveUp = clock.after(longestTime, finish);
    connection.addEventListener('icecandidate', heard);
  });
