import type { Metrics } from '../metrics/metrics.ts';
import type { WorkerPool } from '../workers.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';

/** Health, readiness and numbers: for whoever runs the service. */
export function addStatusRoutes({ app, rooms, access }: HttpContext, workers: WorkerPool, metrics: Metrics): void {
  app.get('/healthz', async () => ({ status: 'ok' }));

  app.get('/readyz', async () => {
    if (rooms.draining) throw new HttpError(503, 'the service is about to stop');
    if (workers.pids.length === 0) throw new HttpError(503, 'no worker is running');
    return { status: 'ready', workers: workers.pids.length };
  });

  app.get('/metrics', async (request, reply) => {
    access.require(request, 'observe');
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}
