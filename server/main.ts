import { join } from 'node:path';
import { readConfig, usage, type ServerConfig } from './config.ts';
import { claimDataFolder } from './data-folder.ts';
import { DatabaseTooNewError } from './database/migrator.ts';
import { createLogger, type Logger } from './log.ts';
import { startServer, type RunningServer } from './server.ts';
import { StartupError } from './startup-error.ts';
import { loadTls } from './tls.ts';

const wrongConfigurationExitCode = 2;
/** A stop that takes longer than this is no longer a clean one. */
const stopMs = 5_000;

const fail = (reason: string, exitCode: number): never => {
  process.stderr.write(`Kontor server cannot start: ${reason}\n`);
  process.exit(exitCode);
};

const start = async (config: ServerConfig, log: Logger): Promise<RunningServer> => {
  const folder = await claimDataFolder(config.dataFolder);
  const tls = await loadTls(config.tls, folder.path);
  if (config.tls.kind === 'selfSigned' && tls !== null) {
    process.stderr.write(`Self-signed certificate, SHA-256 fingerprint ${tls.fingerprint}\n`);
  }
  const server = await startServer({
    ...config,
    tls,
    database:
      config.databaseUrl === null
        ? { kind: 'folder', folder: join(folder.path, 'database') }
        : { kind: 'postgresql', url: config.databaseUrl },
    log,
  });
  return { ...server, close: () => server.close().finally(() => folder.release()) };
};

/** What people can do something about, in their words; the rest as it is. */
const reasonOf = (error: unknown, config: ServerConfig): string => {
  if (error instanceof StartupError || error instanceof DatabaseTooNewError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : null;
  if (syscall === 'listen' || syscall === 'bind') {
    const port = error instanceof Error && 'port' in error ? error.port : config.port;
    if (code === 'EADDRINUSE') return `port ${port} on ${config.host} is taken by another program`;
    if (code === 'EACCES') return `port ${port} on ${config.host} needs more rights than this user has`;
    if (code === 'EADDRNOTAVAIL') return `${config.host} is not an address of this machine`;
  }
  if (syscall === 'getaddrinfo' && config.databaseUrl === null) return `the host name ${config.host} is unknown`;
  const message = (error instanceof Error ? error.message || String(code ?? error.name) : String(error)).split('\n')[0];
  return config.databaseUrl === null
    ? `${message} (data folder ${config.dataFolder})`
    : `the database of KONTOR_DATABASE_URL cannot be used: ${message}`;
};

const stopOnSignals = (server: RunningServer, log: Logger): void => {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.error('stopping took too long');
      process.exit(1);
    }, stopMs).unref();
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

const configuration = readConfig(process.argv.slice(2), process.env);
switch (configuration.kind) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'refused':
    fail(configuration.reason, wrongConfigurationExitCode);
    break;
  case 'config': {
    const { config } = configuration;
    const log = createLogger(config.logLevel);
    try {
      const server = await start(config, log);
      stopOnSignals(server, log);
      process.stdout.write(`Kontor server ready at ${server.url}\n`);
    } catch (error) {
      fail(reasonOf(error, config), 1);
    }
  }
}
