/** The server of the call tests: by itself, or with Kamailio in front of it (`KONTOR_TEST_EDGE=kamailio`). */
import { startServer, type RunningServer, type ServerOptions } from '../../server/server.ts';
import { startEdge } from '../peers/edge.ts';
import { sipPorts } from './desk.ts';

export const startCallServer = async (options: ServerOptions = {}): Promise<RunningServer> => {
  if (process.env.KONTOR_TEST_EDGE !== 'kamailio') return startServer({ demo: true, ...options });
  const edge = await startEdge(options);
  sipPorts.set(edge.server.port, edge.kamailio.ports.web);
  return { ...edge.server, close: edge.close };
};
