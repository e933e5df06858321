/** The server with Kamailio and rtpengine in front of it. */
import { startKamailio, type RunningKamailio } from '../../deploy/kamailio/start.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../server/server.ts';
import { freePort } from './sipp.ts';

export interface Edge {
  server: RunningServer;
  kamailio: RunningKamailio;
  close(): Promise<void>;
}

const secret = 'only-for-these-tests';

export const startEdge = async (options: ServerOptions = {}): Promise<Edge> => {
  const sipTcpPort = await freePort();
  const kamailio = await startKamailio({ serverSipPort: sipTcpPort, secret });
  const { ports } = kamailio;
  const host = '127.0.0.1';
  const server = await startServer({
    demo: true,
    sipTcpPort,
    edge: {
      url: '/sip',
      address: { host, port: ports.sip },
      link: { host, port: ports.link },
      secret,
    },
    ...options,
  });
  return {
    server,
    kamailio,
    close: async () => {
      await server.close();
      await kamailio.stop();
    },
  };
};
