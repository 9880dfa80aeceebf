import { EventEmitter, once } from 'node:events';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import type { GatewayConfig } from './config.ts';
import { Inventory } from './metrics/inventory.ts';
import type { ListenTarget } from './sdp/index.ts';

/** A Router and where connections on it listen. */
export interface RouterPlace {
  router: types.Router;
  listen: ListenTarget;
  /** Makes another Router on the same worker. It closes with the first. */
  createSibling(mediaCodecs: types.RouterRtpCodecCapability[]): Promise<types.Router>;
}

/** How busy a worker is. */
export interface WorkerLoad {
  pid: number;
  /** Part of one core, over the last seconds. */
  cpu: number;
  routers: number;
  /** Largest resident memory so far. */
  maxMemoryBytes: number;
}

interface PooledWorker {
  worker: types.Worker;
  listen: ListenTarget;
  load: WorkerLoad;
  /** Routers made since the load was measured: what they cost is not in it yet. */
  unmeasured: number;
  /** CPU time used and when that was read, in milliseconds. */
  measured: { usedMs: number; atMs: number };
}

type PoolConfig = Pick<GatewayConfig, 'workers' | 'rtc' | 'media'>;

/** The service cannot do it now, and may be able to soon. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

const ReplacementMs = 5_000;
const FirstRetryMs = 100;
const LastRetryMs = 5_000;
const MeasureMs = 2_000;
/** What a Router whose load is not measured yet is taken for, in cores. */
const NewRouterLoad = 0.1;
/** Differences in load below this are noise. */
const LoadStep = 0.05;

/**
 * The mediasoup workers of the service. A worker that dies is replaced; its Routers close by themselves, which is how
 * their rooms learn of it. Emits `died` with the pid, `replaced`, and `failed` when a replacement could not be started
 * and is tried again.
 */
export class WorkerPool extends EventEmitter<{ died: [pid: number]; replaced: []; failed: [error: unknown] }> {
  /** What lives in the Routers of this pool. */
  readonly inventory = new Inventory();
  readonly #config: PoolConfig;
  readonly #workers: PooledWorker[] = [];
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #measuring: NodeJS.Timeout;
  #closed = false;

  private constructor(config: PoolConfig) {
    super();
    this.#config = config;
    this.#measuring = setInterval(() => void this.measure(), MeasureMs).unref();
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

  /** The load of each living worker, as last measured. */
  get loads(): WorkerLoad[] {
    return this.#workers.map(({ load }) => ({ ...load }));
  }

  /**
   * Makes a Router on the least loaded worker. Where the last has just died, waits for the one that replaces it.
   * @param room what the Router's appData says it is for
   * @throws UnavailableError when none comes up within 5 seconds
   */
  async createRouter(room = ''): Promise<RouterPlace> {
    if (this.#workers.length === 0) await this.#replacement();
    const entry = leastLoaded(this.#workers);
    if (!entry) throw new UnavailableError('no worker is running');
    const create = async (mediaCodecs: types.RouterRtpCodecCapability[]): Promise<types.Router> => {
      entry.load.routers += 1;
      entry.unmeasured += 1;
      try {
        const router = await entry.worker.createRouter({ mediaCodecs, appData: { room } });
        router.observer.once('close', () => (entry.load.routers -= 1));
        this.inventory.watch(router);
        return router;
      } catch (error) {
        entry.load.routers -= 1;
        throw error;
      }
    };
    const router = await create(this.#config.media.codecs);
    const createSibling = async (mediaCodecs: types.RouterRtpCodecCapability[]): Promise<types.Router> => {
      const sibling = await create(mediaCodecs);
      if (router.closed) sibling.close();
      else router.observer.once('close', () => sibling.close());
      return sibling;
    };
    return { router, listen: entry.listen, createSibling };
  }

  /** Reads how busy each worker was since the last time. */
  async measure(): Promise<void> {
    await Promise.all(
      this.#workers.map(async (entry) => {
        const usage = await entry.worker.getResourceUsage().catch(() => undefined);
        if (!usage) return;
        const measured = { usedMs: usage.ru_utime + usage.ru_stime, atMs: performance.now() };
        const elapsedMs = measured.atMs - entry.measured.atMs;
        if (elapsedMs > 0) entry.load.cpu = Math.max(0, (measured.usedMs - entry.measured.usedMs) / elapsedMs);
        // getrusage(2) counts in kibibytes on Linux.
        entry.load.maxMemoryBytes = usage.ru_maxrss * 1024;
        entry.measured = measured;
        entry.unmeasured = 0;
      }),
    );
  }

  /** Ends all workers. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#measuring);
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
    const worker = await startWorker({ workerBin: bin, logLevel });
    if (this.#closed) return worker.close();
    let listen: ListenTarget;
    try {
      listen = await this.#listen(worker);
    } catch (error) {
      worker.close();
      throw error;
    }
    const load: WorkerLoad = { pid: worker.pid, cpu: 0, routers: 0, maxMemoryBytes: 0 };
    const entry: PooledWorker = { worker, listen, load, unmeasured: 0, measured: { usedMs: 0, atMs: performance.now() } };
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

/**
 * Starts a worker without mediasoup's own listeners for signals, which close it at once, with all rooms on it: what a
 * signal means is decided by whoever runs the service.
 */
function startWorker(settings: types.WorkerSettings): Promise<types.Worker> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  // Listeners are added before the first await of createWorker.
  const starting = mediasoup.createWorker(settings);
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) process.removeListener(signal, listener);
  }
  return starting;
}

/** Where the next Router goes: by CPU, and by the number of Routers where that says nothing. */
export function leastLoaded<T extends { load: WorkerLoad; unmeasured: number }>(workers: readonly T[]): T | undefined {
  const cost = (entry: T): number => Math.round((entry.load.cpu + entry.unmeasured * NewRouterLoad) / LoadStep);
  return workers.toSorted((a, b) => cost(a) - cost(b) || a.load.routers - b.load.routers)[0];
}
