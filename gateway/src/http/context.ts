import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../config.ts';
import type { RoomRegistry } from '../rooms/registry.ts';
import type { AccessControl } from './access.ts';

/** What the parts of the HTTP side share. */
export interface HttpContext {
  app: FastifyInstance;
  config: GatewayConfig;
  rooms: RoomRegistry;
  access: AccessControl;
  /** Says how many sessions of a kind there are, for the metrics. */
  countSessions(kind: string, count: () => number): void;
}
