/** From Enter to the bubble on the other screen, beside two bare XMPP clients on the same server in the same run. */
import { client, xml } from '@xmpp/client';
import { password, type Office } from '../tests/e2e/office.ts';
import { summarise, type Summary } from './statistics.ts';

/** Runs in the page: the machine's time at which each bubble `Ping <n>!` first stands in the document. */
const watchBubbles = (): void => {
  const shown: Record<string, number> = {};
  new MutationObserver(() => {
    for (const [text] of document.body.innerText.matchAll(/Ping \d+!/g))
      shown[text] ??= performance.timeOrigin + performance.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Enter')
        (window as unknown as { enteredAt: number }).enteredAt = performance.timeOrigin + performance.now();
    },
    true,
  );
  Object.assign(window, { shown });
};

export const measureMessages = async (office: Office, rounds: number): Promise<Summary> => {
  const [anna, ben] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
  await Promise.all([anna.page.evaluate(watchBubbles), ben.page.evaluate(watchBubbles)]);
  await anna.page.locator('[data-contact="Ben Krüger"]').click();
  await ben.page.locator('[data-contact="Anna Berger"]').click();
  const field = anna.page.getByLabel('Message Ben Krüger');
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const text = `Ping ${round}!`;
    await field.fill(text);
    await field.press('Enter');
    const arrived = await ben.page.waitForFunction(
      (wanted) => (window as unknown as { shown: Record<string, number> }).shown[wanted],
      text,
    );
    const entered = await anna.page.evaluate(() => (window as unknown as { enteredAt: number }).enteredAt);
    latencies.push(Number(await arrived.jsonValue()) - entered);
  }
  await Promise.all([anna.close(), ben.close()]);
  return summarise(latencies.slice(1));
};

const bareClient = async (office: Office, user: string) => {
  const session = await fetch(`${office.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password, device: { name: 'bench', kind: 'other' } }),
  });
  const { token } = (await session.json()) as { token: string };
  const answer = await fetch(`${office.url}/api/v1/provisioning`, { headers: { authorization: `Bearer ${token}` } });
  const { xmpp } = (await answer.json()) as { xmpp: { url: string; jid: string; password: string } };
  const [username = '', domain = ''] = xmpp.jid.split('@');
  const bare = client({ service: xmpp.url, domain, username, password: xmpp.password });
  await bare.start();
  await bare.send(xml('presence'));
  return { bare, jid: xmpp.jid };
};

/** The floor: the same way between two clients without a screen. */
export const measureBareMessages = async (office: Office, rounds: number): Promise<Summary> => {
  const [anna, ben] = await Promise.all([bareClient(office, 'anna'), bareClient(office, 'ben')]);
  const awaited = new Map<string, () => void>();
  ben.bare.on('stanza', (stanza) => awaited.get(stanza.getChildText('body') ?? '')?.());
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const arrived = new Promise<void>((resolve) => awaited.set(`Ping ${round}`, resolve));
    const before = performance.now();
    await anna.bare.send(
      xml('message', { to: ben.jid, type: 'chat', id: `bench-${round}` }, xml('body', {}, `Ping ${round}`)),
    );
    await arrived;
    latencies.push(performance.now() - before);
  }
  await Promise.all([anna.bare.stop(), ben.bare.stop()]);
  return summarise(latencies.slice(1));
};
