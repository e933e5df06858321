import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const refusal = (args: string[], environment: Record<string, string> = {}) => {
  const result = readConfig(args, environment, 'linux');
  return result.kind === 'refused' ? result.reason : result;
};
const config = (args: string[], environment: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') => {
  const result = readConfig(args, environment, platform);
  if (result.kind !== 'config') throw new Error(JSON.stringify(result));
  return result.config;
};

describe('server configuration (SRV-1)', () => {
  it('starts with sensible values without any', () => {
    expect(config([], { XDG_DATA_HOME: '/x' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataFolder: '/x/kontor/server',
      databaseUrl: null,
      tls: { kind: 'off' },
      sipTcpPort: null,
      edge: null,
      logLevel: 'info',
      trustProxy: false,
      metricsToken: null,
      demo: false,
    });
    expect(config([], { LOCALAPPDATA: '/l' }, 'win32').dataFolder).toMatch(/Kontor.server$/);
    expect(config([], {}, 'darwin').dataFolder).toContain('Application Support');
  });

  it('prefers arguments to the environment, and takes empty variables as not set', () => {
    const environment = { KONTOR_PORT: '1', KONTOR_HOST: 'a.example', KONTOR_DATA_DIR: '/a', KONTOR_TLS: '' };
    expect(config([], environment)).toMatchObject({ port: 1, host: 'a.example', dataFolder: '/a' });
    const args = ['--port', '0', '--host=[::1]', '--data', '/b', '--demo'];
    expect(config(args, environment)).toMatchObject({ port: 0, host: '::1', dataFolder: '/b', demo: true });
  });

  it('refuses each wrong value in one line that names it', () => {
    expect(refusal(['--port', 'x'])).toBe('--port is "x": a port is a number from 0 to 65535');
    expect(refusal([], { KONTOR_PORT: '70000' })).toContain('KONTOR_PORT is "70000"');
    expect(refusal([], { KONTOR_SIP_TCP_PORT: '0' })).toContain('KONTOR_SIP_TCP_PORT');
    expect(refusal([], { KONTOR_HOST: 'a b' })).toContain('KONTOR_HOST');
    expect(refusal([], { KONTOR_TLS: 'yes' })).toContain('self-signed');
    expect(refusal([], { KONTOR_TLS_CERT: '/c' })).toContain('KONTOR_TLS_KEY is not');
    expect(refusal([], { KONTOR_TLS_KEY: '/c' })).toContain('KONTOR_TLS_CERT is not');
    expect(refusal([], { KONTOR_LOG_LEVEL: 'loud' })).toContain('choose one of');
    expect(refusal([], { KONTOR_TRUST_PROXY: 'maybe' })).toContain('KONTOR_TRUST_PROXY');
    expect(refusal([], { KONTOR_METRICS_TOKEN: 'short' })).toContain('16 characters');
    expect(refusal(['--data='])).toContain('--data');
    expect(refusal(['--wrong'])).toContain('--wrong');
    expect(refusal(['surplus'])).toContain('surplus');
  });

  it('never repeats the password of a database address', () => {
    const reason = refusal([], { KONTOR_DATABASE_URL: 'mysql://user:secret@host/db' });
    expect(reason).toContain('KONTOR_DATABASE_URL');
    expect(reason).not.toContain('secret');
  });

  it('takes Kamailio in front only with everything that belongs to it', () => {
    const whole = {
      KONTOR_SIP_EDGE: 'wss://sip.example.com',
      KONTOR_SIP_EDGE_ADDRESS: 'kamailio.internal:5060',
      KONTOR_SIP_EDGE_LINK: '[::1]:8448',
      KONTOR_SIP_EDGE_SECRET: 'a-secret-of-both-sides',
      KONTOR_SIP_TCP_PORT: '5070',
    };
    expect(config([], whole).edge).toEqual({
      url: 'wss://sip.example.com',
      address: { host: 'kamailio.internal', port: 5060 },
      link: { host: '::1', port: 8448 },
      secret: 'a-secret-of-both-sides',
    });
    expect(config([], { ...whole, KONTOR_SIP_EDGE: '/sip' }).edge?.url).toBe('/sip');
    for (const [name, value] of [
      ['KONTOR_SIP_EDGE', 'https://sip.example.com'],
      ['KONTOR_SIP_EDGE_ADDRESS', 'kamailio.internal'],
      ['KONTOR_SIP_EDGE_LINK', undefined],
      ['KONTOR_SIP_EDGE_SECRET', 'short'],
      ['KONTOR_SIP_TCP_PORT', undefined],
    ] as const) {
      const result = readConfig([], { ...whole, [name]: value });
      expect(result.kind === 'refused' && result.reason).toContain(name);
    }
  });
});
