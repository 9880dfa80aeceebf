import { createPeer } from './peer.js';

/** The one sending connection: offers a MediaStream to the room. Emits `state` when the connection's state changes. */
export class Publisher extends EventTarget {
  #signalling;

  constructor(signalling) {
    super();
    this.#signalling = signalling;
    this.peer = undefined;
    this.stream = undefined;
  }

  /** Publishes all tracks of `stream`. */
  async start(stream) {
    const peer = createPeer();
    this.peer = peer;
    this.stream = stream;
    peer.addEventListener('connectionstatechange', () => this.dispatchEvent(new Event('state')));
    for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    try {
      await peer.setLocalDescription();
      const { sdp, rejected } = await this.#signalling.request({ type: 'publish', sdp: peer.localDescription.sdp });
      await peer.setRemoteDescription({ type: 'answer', sdp });
      return rejected;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Finds a new way through the network for the connection there is. */
  async restartIce() {
    const { peer } = this;
    if (!peer) return;
    peer.restartIce();
    await peer.setLocalDescription();
    const { sdp } = await this.#signalling.request({ type: 'publish', sdp: peer.localDescription.sdp });
    await peer.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Stops publishing and tells the service. */
  async stop() {
    this.release();
    await this.#signalling.request({ type: 'unpublish' });
  }

  /** Ends camera, microphone and connection without telling anyone. */
  release() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.peer?.close();
    this.peer = undefined;
    this.stream = undefined;
  }
}
