/**
 * Native SDP on top of a mediasoup Router: no HTTP, no rooms.
 * @packageDocumentation
 */
export * from './sdp/index.ts';
