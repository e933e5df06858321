/** Runs in a page before its own scripts: notes when SIP crosses the socket and when the screen follows. */
export interface WireNotes {
  pressedAt: number;
  inviteSentAt: number;
  inviteReceivedAt: number;
  ringingSentAt: number;
  acceptShownAt: number;
  heardAt: number;
}

export const installWireNotes = ({ answers, tone }: { answers: boolean; tone: number }): void => {
  const notes: WireNotes = {
    pressedAt: 0,
    inviteSentAt: 0,
    inviteReceivedAt: 0,
    ringingSentAt: 0,
    acceptShownAt: 0,
    heardAt: 0,
  };
  // Times of the machine, so that two browsers can be compared.
  const now = (): number => performance.timeOrigin + performance.now();
  const pressed = (): void => {
    notes.pressedAt = now();
    notes.heardAt = 0;
    listen();
  };
  addEventListener('keydown', (event) => event.key === 'Enter' && pressed(), { capture: true });
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.startsWith('INVITE ')) {
          notes.inviteReceivedAt = now();
          notes.acceptShownAt = 0;
          notes.heardAt = 0;
          listen();
        }
      });
    }
    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
      if (typeof data === 'string' && data.startsWith('INVITE ')) notes.inviteSentAt = now();
      if (typeof data === 'string' && data.startsWith('SIP/2.0 180')) notes.ringingSentAt = now();
      super.send(data as string);
    }
  };
  const listen = (): void => {
    const step = (): void => {
      if (notes.heardAt) return;
      const ear = (window as unknown as { kontorEar?: (frequency: number) => number }).kontorEar;
      if (ear && ear(tone) > -45) notes.heardAt = now();
      else setTimeout(step, 2);
    };
    step();
  };
  const watch = (): void => {
    const accept = [...document.querySelectorAll('button')].find(
      (button) => (button.getAttribute('aria-label') ?? button.textContent).trim() === 'Accept',
    );
    if (!accept || notes.acceptShownAt) return;
    requestAnimationFrame(() => {
      notes.acceptShownAt = now();
      if (answers) accept.click();
    });
  };
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(watch).observe(document.documentElement, { childList: true, subtree: true, attributes: true }),
  );
  Object.assign(window, { kontorWire: notes });
};
