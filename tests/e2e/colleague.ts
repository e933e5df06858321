/**
 * A person at a real Chromium: own browser process, own tone as microphone, and an ear that measures
 * what really arrives from the other side.
 */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** Runs in the page before its own scripts: a steady tone instead of the microphone, and taps on what arrives. */
export const installToneAndEar = (frequency: number): void => {
  interface Ear {
    analyser: AnalyserNode;
    context: AudioContext;
  }
  const ears: Ear[] = [];
  const context = new AudioContext();
  navigator.mediaDevices.getUserMedia = () => {
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    const gain = context.createGain();
    gain.gain.value = 0.3;
    const out = context.createMediaStreamDestination();
    oscillator.connect(gain).connect(out);
    oscillator.start();
    void context.resume();
    return Promise.resolve(out.stream);
  };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ track }) => {
        if (track.kind !== 'audio') return;
        // Chromium decodes a remote track only while a media element plays it.
        const sink = new Audio();
        sink.muted = true;
        sink.srcObject = new MediaStream([track]);
        void sink.play();
        const analyser = context.createAnalyser();
        analyser.fftSize = 8192;
        analyser.smoothingTimeConstant = 0;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        track.addEventListener('ended', () =>
          ears.splice(
            ears.findIndex((ear) => ear.analyser === analyser),
            1,
          ),
        );
        ears.push({ analyser, context });
      });
    }
  };
  Object.assign(window, {
    /** Level in dBFS of the strongest arriving stream at `wanted` Hz (within 20 Hz). */
    kontorEar: (wanted: number): number =>
      Math.max(
        -200,
        ...ears.map(({ analyser }) => {
          const bins = new Float32Array(analyser.frequencyBinCount);
          analyser.getFloatFrequencyData(bins);
          const width = context.sampleRate / analyser.fftSize;
          const from = Math.floor((wanted - 20) / width);
          return Math.max(...bins.subarray(from, from + Math.ceil(40 / width) + 1));
        }),
      ),
  });
};

const audible = -45;
const silent = -70;

/** Resolves when the tone arrives at the ear of this page. */
export const toneArrives = async (page: Page, frequency: number): Promise<void> => {
  await page.waitForFunction(earReaches, { frequency, audible }, { polling: 50 });
};

/** Resolves when the tone no longer arrives at the ear of this page. */
export const toneStopped = async (page: Page, frequency: number): Promise<void> => {
  await page.waitForFunction(earIsBelow, { frequency, silent }, { polling: 50 });
};

export class Colleague {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly #browser: Browser;

  private constructor(name: string, browser: Browser, context: BrowserContext, page: Page) {
    this.name = name;
    this.#browser = browser;
    this.context = context;
    this.page = page;
  }

  /** Opens a browser of its own at `url`; the microphone is a tone of `frequency` Hz. */
  static async at(
    url: string,
    { name, frequency, width = 1320, height = 820, locale = 'de-DE' }: ColleagueOptions,
  ): Promise<Colleague> {
    const executablePath = process.env.KONTOR_BROWSER ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: browserArguments });
    const context = await browser.newContext({ viewport: { width, height }, locale, permissions: ['microphone'] });
    await context.addInitScript(installToneAndEar, frequency);
    const page = await context.newPage();
    await page.goto(url);
    return new Colleague(name, browser, context, page);
  }

  /** Resolves when the tone arrives at this ear. */
  async hears(frequency: number): Promise<void> {
    await toneArrives(this.page, frequency);
  }

  /** Resolves when the tone no longer arrives at this ear. */
  async hearsNothingOf(frequency: number): Promise<void> {
    await toneStopped(this.page, frequency);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

interface ColleagueOptions {
  name: string;
  frequency: number;
  width?: number;
  height?: number;
  locale?: string;
}

type Ear = Window & typeof globalThis & { kontorEar: (frequency: number) => number };
const earReaches = ({ frequency, audible }: { frequency: number; audible: number }): boolean =>
  (window as Ear).kontorEar(frequency) > audible;
const earIsBelow = ({ frequency, silent }: { frequency: number; silent: number }): boolean =>
  (window as Ear).kontorEar(frequency) < silent;
