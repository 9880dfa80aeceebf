import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from './config.ts';
import { createServer } from './http/server.ts';
import { addPlain } from './plain/routes.ts';
import { RoomRegistry } from './rooms/registry.ts';
import { addWhep } from './whep/routes.ts';
import { SpeakerStreams } from './whep/speakers.ts';
import { addWhip } from './whip/routes.ts';
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
  /** Lets nobody new in, gives users `drainSeconds` to leave, then closes. */
  drain(): Promise<void>;
  /** Tells all users, then ends the server and the workers. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** Where logs go instead of to the standard output. */
  logStream?: NodeJS.WritableStream;
}

/** Starts workers and server. Rejects, with nothing left running, when either does not start. */
export async function startService(config: GatewayConfig, options: ServiceOptions = {}): Promise<GatewayService> {
  const workers = await WorkerPool.start(config);
  try {
    const rooms = new RoomRegistry(workers, config);
    const context = await createServer(config, rooms, workers, options.logStream);
    const { app } = context;
    addWhip(context);
    const speakers = new SpeakerStreams();
    addWhep(context, speakers);
    addPlain(context, speakers);
    workers.on('died', (pid) => app.log.error({ pid }, 'worker died; a new one is started'));
    workers.on('failed', (error) => app.log.error({ err: error }, 'no new worker yet; trying again'));
    await app.listen({ host: config.http.host, port: config.http.port });
    const close = async (): Promise<void> => {
      rooms.close({ reason: 'shutdown', reconnect: false });
      const impatient = setTimeout(() => {
        for (const client of app.websocketServer.clients) client.terminate();
      }, FarewellMs);
      await app.close();
      clearTimeout(impatient);
      workers.close();
    };
    return {
      url: urlOf(config, (app.server.address() as AddressInfo).port),
      rooms,
      workers,
      drain: async () => {
        app.log.info({ seconds: config.drainSeconds }, 'draining');
        await rooms.drain(config.drainSeconds);
        await close();
      },
      close,
    };
  } catch (error) {
    workers.close();
    throw error;
  }
}

function urlOf({ http }: GatewayConfig, port: number): string {
  const host = http.host.includes(':') ? `[${http.host}]` : http.host;
  return `${http.tls ? 'https' : 'http'}://${host}:${port}/`;
}
