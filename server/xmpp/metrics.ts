import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface XmppMetrics {
  connections: Gauge;
  sessions: Gauge<'state'>;
  stanzas: Counter<'kind' | 'direction'>;
  logins: Counter<'result'>;
  archiveLatency: Histogram;
}

/** `sessions` is asked when the metrics are read. */
export const createMetrics = (
  registry: Registry,
  countSessions: () => { attached: number; detached: number },
): XmppMetrics => ({
  connections: new Gauge({
    name: 'kontor_xmpp_connections',
    help: 'Open XMPP connections',
    registers: [registry],
  }),
  sessions: new Gauge({
    name: 'kontor_xmpp_sessions',
    help: 'XMPP sessions, with a connection or waiting for resumption',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { attached, detached } = countSessions();
      this.set({ state: 'attached' }, attached);
      this.set({ state: 'detached' }, detached);
    },
  }),
  stanzas: new Counter({
    name: 'kontor_xmpp_stanzas_total',
    help: 'XMPP stanzas by kind and direction',
    labelNames: ['kind', 'direction'],
    registers: [registry],
  }),
  logins: new Counter({
    name: 'kontor_xmpp_logins_total',
    help: 'XMPP logins by result',
    labelNames: ['result'],
    registers: [registry],
  }),
  archiveLatency: new Histogram({
    name: 'kontor_xmpp_archive_seconds',
    help: 'Time to make a batch of messages durable',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  }),
});
