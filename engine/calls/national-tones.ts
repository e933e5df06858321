/**
 * What a caller is used to hear in a country while it rings, is busy, or cannot be connected
 * (ITU-T E.180, supplement 2). Hertz; seconds of sound and silence in turn.
 */
export interface ToneShape {
  frequencies: number[];
  rhythm: number[];
}
export interface NationalTones {
  ringback: ToneShape;
  busy: ToneShape;
  /** Cannot be connected now. */
  congestion: ToneShape;
}

const single = (frequency: number, ringback: number[], busy: number[], congestion: number[]): NationalTones => ({
  ringback: { frequencies: [frequency], rhythm: ringback },
  busy: { frequencies: [frequency], rhythm: busy },
  congestion: { frequencies: [frequency], rhythm: congestion },
});

/** What the recommendation itself names, and most countries have. */
const usual = single(425, [1, 4], [0.5, 0.5], [0.25, 0.25]);

const byCountry: Record<string, NationalTones> = {
  DE: single(425, [1, 4], [0.48, 0.48], [0.24, 0.24]),
  AT: single(420, [1, 5], [0.4, 0.4], [0.2, 0.2]),
  CH: single(425, [1, 4], [0.5, 0.5], [0.2, 0.2]),
  FR: single(440, [1.5, 3.5], [0.5, 0.5], [0.25, 0.25]),
  NL: usual,
  RS: usual,
  GB: {
    ringback: { frequencies: [400, 450], rhythm: [0.4, 0.2, 0.4, 2] },
    busy: { frequencies: [400], rhythm: [0.375, 0.375] },
    congestion: { frequencies: [400], rhythm: [0.4, 0.35, 0.225, 0.525] },
  },
  US: {
    ringback: { frequencies: [440, 480], rhythm: [2, 4] },
    busy: { frequencies: [480, 620], rhythm: [0.5, 0.5] },
    congestion: { frequencies: [480, 620], rhythm: [0.25, 0.25] },
  },
};

/** `country`: two letters (ISO 3166); any other has the usual tones. */
export const nationalTones = (country: string): NationalTones => byCountry[country] ?? usual;
