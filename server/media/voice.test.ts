import { expect, test } from 'vitest';
import { decode, encode, type Law } from './g711.ts';
import { join, silence, tone } from './sounds.ts';
import { Voice, type OutgoingPacket } from './voice.ts';
import { soundOfWav, wavOf } from './wav.ts';
import { levelOf } from './test-tones.ts';

const limits = { longestMs: 5_000, silenceMs: 1_000 };

/** A voice whose clock the test moves; what it sends is kept. */
const talk = (law: Law = 'PCMA') => {
  let time = 1_000;
  const sent: OutgoingPacket[] = [];
  const digits: string[] = [];
  const voice = new Voice({
    send: (packet) => sent.push(packet),
    digit: (digit) => digits.push(digit),
    now: () => time,
  });
  voice.agree({ law, payloadType: 8, digitsPayloadType: 101 });
  return {
    voice,
    sent,
    digits,
    pass: (milliseconds: number, speak?: (at: number) => void) => {
      for (let at = 0; at < milliseconds; at += 20) {
        time += 20;
        speak?.(at);
        voice.tick();
      }
    },
    sleep: (milliseconds: number) => void (time += milliseconds),
    heard: () => decode(law, Buffer.concat(sent.map(({ payload }) => payload))),
  };
};
/** Speaks a tone in packets of 20 ms, beginning at an odd timestamp. */
const speaker = (voice: Voice, law: Law, hertz: number, base = 4_294_960_000) => {
  const packets = encode(law, tone([hertz], 60_000));
  return (at: number, lost = false) => {
    const from = at * 8;
    if (!lost)
      voice.received({
        payloadType: 8,
        timestamp: (base + from) >>> 0,
        payload: packets.subarray(from, from + 160),
      });
  };
};

test.each(['PCMU', 'PCMA'] as const)('%s gives every byte back and keeps a sample within its step', (law) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const again = decode(law, encode(law, decode(law, bytes)));
  expect([...again]).toEqual([...decode(law, bytes)]);
  for (const sample of [-32_768, -30_000, -1_000, -17, 0, 17, 1_000, 30_000, 32_767]) {
    const [back = 0] = decode(law, encode(law, Int16Array.of(sample)));
    expect(Math.abs(back - sample)).toBeLessThan(20 + Math.abs(sample) * 0.04);
  }
});

test('plays a sound at 50 packets a second, silence around it, and says when it is over', async () => {
  const { voice, sent, pass, heard } = talk();
  pass(100);
  const played = voice.play(tone([700], 300));
  pass(400);
  expect(await played).toBe('played');
  expect(sent).toHaveLength(25);
  expect(sent.filter(({ marker }) => marker)).toEqual([sent[0]]);
  expect(sent.every(({ timestamp, sequence }, at) => timestamp === 160 * (at + 1) && sequence === at + 1)).toBe(true);
  expect(levelOf(heard().subarray(800, 3_200), 700)).toBeGreaterThan(-16);
  expect(levelOf(heard().subarray(0, 800), 700)).toBeLessThan(-60);
  const stopped = voice.play(tone([700], 10_000));
  voice.stopPlaying();
  expect(await stopped).toBe('stopped');
});

test('after the machine slept, what was missed is not sent in a burst', () => {
  const { sent, pass, sleep } = talk();
  pass(100);
  sleep(60_000);
  pass(20);
  expect(sent).toHaveLength(6);
});

test('VOI-1 records what arrives, over a wrap of the timestamp and with lost packets as silence', async () => {
  const { voice, pass } = talk();
  const recording = voice.record(limits);
  const speak = speaker(voice, 'PCMA', 620);
  pass(1_500, (at) => speak(at, at >= 500 && at < 600));
  voice.stopRecording();
  const { law, audio, end, voicedMs } = await recording;
  const sound = decode(law, audio);
  expect([end, voicedMs, audio.length]).toEqual(['stopped', 1_400, 12_000]);
  expect(levelOf(sound.subarray(0, 4_000), 620)).toBeGreaterThan(-16);
  expect(levelOf(sound.subarray(4_000, 4_800), 620)).toBeLessThan(-50);
  expect(levelOf(sound.subarray(4_800), 620)).toBeGreaterThan(-16);
});

test('VOI-1 silence ends a recording and is cut off; the limit ends one that goes on', async () => {
  const { voice, pass } = talk();
  const quiet = voice.record(limits);
  pass(800, speaker(voice, 'PCMA', 620));
  pass(1_000, (at) => voice.received({ payloadType: 8, timestamp: at * 8, payload: Buffer.alloc(160, 0xd5) }));
  expect(await quiet).toMatchObject({ end: 'silence', voicedMs: 800 });
  expect((await quiet).audio.length).toBeLessThanOrEqual(1_300 * 8);
  const long = voice.record(limits);
  pass(6_000, speaker(voice, 'PCMA', 620));
  expect(await long).toMatchObject({ end: 'limit' });
  expect((await long).audio.length).toBeLessThanOrEqual(5_000 * 8);
});

test('a new stream with another timestamp goes on where the clock stands, and nothing makes the recording huge', async () => {
  const { voice, pass } = talk();
  const recording = voice.record(limits);
  pass(400, speaker(voice, 'PCMA', 620));
  pass(400, speaker(voice, 'PCMA', 620, 77));
  for (const timestamp of [0, 1e9, 4e9, 2 ** 31])
    voice.received({ payloadType: 8, timestamp, payload: Buffer.alloc(99_999) });
  voice.stopRecording();
  expect((await recording).audio.length).toBeLessThanOrEqual(5_000 * 8);
});

test('TEL-3 a digit of RFC 4733 is heard once, whichever of its packets arrive', () => {
  const { voice, digits } = talk();
  const event = (code: number, timestamp: number, end = false) =>
    voice.received({ payloadType: 101, timestamp, payload: Buffer.from([code, end ? 0x8a : 0x0a, 0, 160]) });
  for (const end of [false, false, true, true, true]) event(1, 800, end);
  event(1, 4_000, true);
  event(11, 6_000);
  event(16, 7_000);
  voice.received({ payloadType: 101, timestamp: 9_000, payload: Buffer.from([3]) });
  expect(digits).toEqual(['1', '1', '#']);
});

test('a WAVE file gives its sound back; what is not one is refused', () => {
  const sound = join(tone([440], 50), silence(10));
  const file = wavOf(sound);
  expect(soundOfWav(file)).toEqual(sound);
  expect(soundOfWav(file.subarray(0, 100))).toEqual(sound.subarray(0, 28));
  const stereo = Buffer.from(file);
  stereo.writeUInt16LE(2, 22);
  const endless = Buffer.from(file);
  endless.writeUInt32LE(0xffff_ffff, 16);
  for (const wrong of [stereo, endless, Buffer.alloc(0), Buffer.from('RIFF'), file.subarray(0, 40), Buffer.alloc(500)])
    expect(soundOfWav(wrong)).toBeNull();
});
