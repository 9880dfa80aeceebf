import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RoomRegistry } from '../rooms/registry.ts';
import type { WorkerPool } from '../workers.ts';
import { sampleMedia, type MediaSample } from './media.ts';

/** Media numbers are asked of the workers at most so often, however many scrape. */
const SampleMs = 2_000;

interface Sources {
  rooms: RoomRegistry;
  workers: WorkerPool;
  /** How many sessions of each kind there are: WebSocket, WHIP and so on. */
  sessions: () => Record<string, number>;
}

/** The numbers of the service for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #sources: Sources;
  readonly #requests: Histogram;
  #sampledAtMs = -Infinity;
  #samples: Promise<Map<string, MediaSample>> = Promise.resolve(new Map());

  constructor(sources: Sources) {
    this.#sources = sources;
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'gateway_http_request_duration_seconds',
      help: 'HTTP requests by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
      registers: [this.registry],
    });
    const deaths = new Counter({
      name: 'gateway_worker_deaths_total',
      help: 'Workers that died',
      registers: [this.registry],
    });
    sources.workers.on('died', () => deaths.inc());
    this.#addRooms();
    this.#addMedia();
    this.#addWorkers();
  }

  /** Notes an HTTP request that was answered. */
  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  #gauge(name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void | Promise<void>): void {
    new Gauge({
      name: `gateway_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        this.reset();
        await collect(this);
      },
    });
  }

  #addRooms(): void {
    const { rooms, sessions } = this.#sources;
    this.#gauge('rooms', 'Rooms', [], (gauge) => gauge.set(rooms.all.length));
    this.#gauge('users', 'Users by room, senders without signalling among them', ['room'], (gauge) => {
      for (const room of rooms.all) gauge.set({ room: room.id }, room.sources.length);
    });
    this.#gauge('sessions', 'Sessions by kind', ['kind'], (gauge) => {
      for (const [kind, count] of Object.entries(sessions())) gauge.set({ kind }, count);
    });
    this.#gauge('draining', '1 while the service lets nobody new in', [], (gauge) => gauge.set(rooms.draining ? 1 : 0));
  }

  #addMedia(): void {
    const { inventory } = this.#sources.workers;
    for (const kind of ['transports', 'producers', 'consumers'] as const) {
      this.#gauge(kind, `mediasoup ${kind} by room`, ['room'], (gauge) => {
        for (const [room, there] of inventory.rooms) gauge.set({ room }, there[kind].size);
      });
    }
    const flow = (name: string, help: string, read: (sample: MediaSample['sent']) => number): void =>
      this.#gauge(name, help, ['room', 'direction'], async (gauge) => {
        for (const [room, { received, sent }] of await this.#sample()) {
          gauge.set({ room, direction: 'received' }, read(received));
          gauge.set({ room, direction: 'sent' }, read(sent));
        }
      });
    flow('bitrate_bits_per_second', 'RTP from publishers and to viewers', ({ bitrate }) => bitrate);
    flow('rtp_packets', 'RTP packets of the streams that are there now', ({ packets }) => packets);
    flow('rtp_packets_lost', 'Lost RTP packets of the streams that are there now', ({ lost }) => lost);
    this.#gauge('round_trip_seconds', 'Mean round trip of the streams that know it', ['room'], async (gauge) => {
      for (const [room, { roundTripSeconds }] of await this.#sample()) {
        if (roundTripSeconds !== undefined) gauge.set({ room }, roundTripSeconds);
      }
    });
  }

  #addWorkers(): void {
    const { workers } = this.#sources;
    const add = (name: string, help: string, read: (load: WorkerPool['loads'][number]) => number): void =>
      this.#gauge(name, help, ['pid'], (gauge) => {
        for (const load of workers.loads) gauge.set({ pid: load.pid }, read(load));
      });
    add('worker_cpu_ratio', 'CPU time of a worker over the last seconds, in cores', ({ cpu }) => cpu);
    add('worker_max_memory_bytes', 'Largest resident memory of a worker', ({ maxMemoryBytes }) => maxMemoryBytes);
    add('worker_routers', 'Routers on a worker', ({ routers }) => routers);
  }

  async #sample(): Promise<[room: string, sample: MediaSample][]> {
    const { inventory } = this.#sources.workers;
    if (performance.now() - this.#sampledAtMs > SampleMs) {
      this.#sampledAtMs = performance.now();
      const rooms = [...inventory.rooms];
      this.#samples = Promise.all(
        rooms.map(async ([room, inventory]) => [room, await sampleMedia(inventory)] as const),
      ).then((entries) => new Map(entries));
    }
    return [...(await this.#samples)].filter(([room]) => inventory.rooms.has(room));
  }
}
