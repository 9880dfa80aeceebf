import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from './config.ts';
import { createServer } from './http/server.ts';
import { RoomRegistry } from './rooms/registry.ts';
import { WorkerPool } from './workers.ts';

export { ConfigError, loadConfig, routerCodecs, type GatewayConfig } from './config.ts';
export { RoomRegistry } from './rooms/registry.ts';
export { WorkerPool } from './workers.ts';

/** How long a user's side may take to close its WebSocket. */
const FarewellMs = 1_000;

/** The running service. */
export interface GatewayService {
  /** Address of the page, with a trailing slash. */
  url: string;
  rooms: RoomRegistry;
  workers: WorkerPool;
  /** Tells all users, then ends the server and the workers. */
  close(): Promise<void>;
}

/** Starts workers and server. Rejects, with nothing left running, when either does not start. */
export async function startService(config: GatewayConfig): Promise<GatewayService> {
  const workers = await WorkerPool.start(config);
  try {
    const rooms = new RoomRegistry(workers, config);
    const app = await createServer(config, rooms);
    workers.on('died', (pid) => app.log.error({ pid }, 'worker died; a new one is started'));
    workers.on('failed', (error) => app.log.error({ err: error }, 'no new worker yet; trying again'));
    await app.listen({ host: config.http.host, port: config.http.port });
    const { port } = app.server.address() as AddressInfo;
    const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
    return {
      url: `http://${host}:${port}/`,
      rooms,
      workers,
      close: async () => {
        rooms.close({ reason: 'shutdown', reconnect: false });
        const impatient = setTimeout(() => {
          for (const client of app.websocketServer.clients) client.terminate();
        }, FarewellMs);
        await app.close();
        clearTimeout(impatient);
        workers.close();
      },
    };
  } catch (error) {
    workers.close();
    throw error;
  }
}
