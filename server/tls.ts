import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import type { ServerConfig } from './config.ts';
import { StartupError } from './startup-error.ts';

export interface TlsCertificate {
  cert: string;
  key: string;
  /** SHA-256, as browsers show it. */
  fingerprint: string;
}

const selfSignedYears = 10;

/** Reads or makes what the configuration asks for; `null` without TLS. */
export const loadTls = async (tls: ServerConfig['tls'], dataFolder: string): Promise<TlsCertificate | null> => {
  switch (tls.kind) {
    case 'off':
      return null;
    case 'files':
      return certificateOf(await read('KONTOR_TLS_CERT', tls.cert), await read('KONTOR_TLS_KEY', tls.key));
    case 'selfSigned':
      return selfSigned(join(dataFolder, 'tls'));
  }
};

const read = (variable: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(`${variable}: ${path} cannot be read (${error.code ?? error.message})`);
  });

const certificateOf = (cert: string, key: string): TlsCertificate => {
  try {
    createSecureContext({ cert, key });
    return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(`TLS certificate and key cannot be used: ${reason.split('\n')[0] ?? reason}`);
  }
};

/** Made once, so that a client that has come to trust it goes on doing so. One file: certificate and key belong together. */
const selfSigned = async (folder: string): Promise<TlsCertificate> => {
  const path = join(folder, 'self-signed.pem');
  const kept = await readFile(path, 'utf8').catch(() => null);
  const [keptKey, keptCert] = kept?.split(/(?=-----BEGIN CERTIFICATE)/) ?? [];
  if (keptKey !== undefined && keptCert !== undefined) return certificateOf(keptCert, keptKey);
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + selfSignedYears);
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const made = await generate([{ name: 'commonName', value: hostname() }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...[...new Set(['localhost', hostname()])].map((value) => ({ type: 2 as const, value })),
          ...[...new Set(addresses.map(({ address }) => address))].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${made.private.trim()}\n${made.cert}`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return certificateOf(made.cert, made.private);
};
