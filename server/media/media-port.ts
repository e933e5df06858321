/** What the applications of the server need of a media engine; `werift-echo.ts` is the one there is. */

/** One caller's media. */
export interface MediaSession {
  /** Answers the first or a later offer (hold, ICE restart). Rejects when there is nothing in common. */
  answer(offer: string): Promise<string>;
  close(): Promise<void>;
}

export interface EchoMedia {
  /** A session that sends back what it hears. `ended`: the caller's media is gone for good. */
  open(ended: () => void): Promise<MediaSession>;
}
