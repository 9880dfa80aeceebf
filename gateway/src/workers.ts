import { EventEmitter, once } from 'node:events';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import type { GatewayConfig } from './config.ts';
import type { ListenTarget } from './sdp/index.ts';

/** A Router and where connections on it listen. */
export interface RouterPlace {
  router: types.Router;
  listen: ListenTarget;
}

interface PooledWorker {
  worker: types.Worker;
  listen: ListenTarget;
  routers: number;
}

type PoolConfig = Pick<GatewayConfig, 'workers' | 'rtc' | 'media'>;

/** The service cannot do it now, and may be able to soon. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

const ReplacementMs = 5_000;
const FirstRetryMs = 100;
const LastRetryMs = 5_000;

/**
 * The mediasoup workers of the service. A worker that dies is replaced; its Routers close by themselves, which is how
 * their rooms learn of it. Emits `died` with the pid, `replaced`, and `failed` when a replacement could not be started
 * and is tried again.
 */
export class WorkerPool extends EventEmitter<{ died: [pid: number]; replaced: []; failed: [error: unknown] }> {
  readonly #config: PoolConfig;
  readonly #workers: PooledWorker[] = [];
  readonly #retries = new Set<NodeJS.Timeout>();
  #closed = false;

  private constructor(config: PoolConfig) {
    super();
    this.#config = config;
  }

  /** Starts all workers. Rejects when one does not start. */
  static async start(config: PoolConfig): Promise<WorkerPool> {
    const pool = new WorkerPool(config);
    try {
      await Promise.all(Array.from({ length: config.workers.count }, () => pool.#add()));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /** Process ids of the living workers. */
  get pids(): number[] {
    return this.#workers.map((entry) => entry.worker.pid);
  }

  /**
   * Makes a Router on the worker with the fewest. Where the last has just died, waits for the one that replaces it.
   * @throws UnavailableError when none comes up within 5 seconds
   */
  async createRouter(): Promise<RouterPlace> {
    if (this.#workers.length === 0) await this.#replacement();
    const [entry] = this.#workers.toSorted((a, b) => a.routers - b.routers);
    if (!entry) throw new UnavailableError('no worker is running');
    entry.routers += 1;
    try {
      const router = await entry.worker.createRouter({ mediaCodecs: this.#config.media.codecs });
      router.observer.once('close', () => (entry.routers -= 1));
      return { router, listen: entry.listen };
    } catch (error) {
      entry.routers -= 1;
      throw error;
    }
  }

  /** Ends all workers. */
  close(): void {
    this.#closed = true;
    for (const retry of this.#retries) clearTimeout(retry);
    for (const { worker } of this.#workers.splice(0)) worker.close();
  }

  /** Waits until a worker came up, or for so long as users may be kept waiting. */
  async #replacement(): Promise<void> {
    if (this.#closed) return;
    await once(this, 'replaced', { signal: AbortSignal.timeout(ReplacementMs) }).catch(() => undefined);
  }

  async #add(): Promise<void> {
    const { bin, logLevel } = this.#config.workers;
    const worker = await mediasoup.createWorker({ workerBin: bin, logLevel });
    if (this.#closed) return worker.close();
    let listen: ListenTarget;
    try {
      listen = await this.#listen(worker);
    } catch (error) {
      worker.close();
      throw error;
    }
    const entry: PooledWorker = { worker, listen, routers: 0 };
    this.#workers.push(entry);
    worker.once('died', () => {
      this.#workers.splice(this.#workers.indexOf(entry), 1);
      if (this.#closed) return;
      this.emit('died', worker.pid);
      void this.#replace(FirstRetryMs);
    });
    if (worker.died) worker.emit('died', new Error('worker died while it was set up'));
  }

  async #replace(retryMs: number): Promise<void> {
    try {
      await this.#add();
      this.emit('replaced');
    } catch (error) {
      if (this.#closed) return;
      this.emit('failed', error);
      const timer = setTimeout(() => {
        this.#retries.delete(timer);
        void this.#replace(Math.min(retryMs * 2, LastRetryMs));
      }, retryMs);
      this.#retries.add(timer);
    }
  }

  async #listen(worker: types.Worker): Promise<ListenTarget> {
    const { listenIp, announcedAddress, portRange, sharedPort } = this.#config.rtc;
    const listenInfos = (['udp', 'tcp'] as const).map((protocol): types.TransportListenInfo => ({
      protocol,
      ip: listenIp,
      ...(announcedAddress !== undefined && { announcedAddress }),
      ...(portRange && { portRange }),
    }));
    return sharedPort ? { webRtcServer: await worker.createWebRtcServer({ listenInfos }) } : { listenInfos };
  }
}
