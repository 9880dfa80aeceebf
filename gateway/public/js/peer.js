/** A peer connection as both directions use it. Candidates of ours are not signalled: the service is ice-lite. */
export function createPeer() {
  return new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
}
