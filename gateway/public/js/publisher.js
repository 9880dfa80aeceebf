import { createPeer } from './peer.js';

/**
 * How the video is encoded, by name. What a browser does not know of it, it leaves out, and a picture too small for three
 * sizes comes in fewer.
 */
const Layerings = {
  simulcast: {
    sendEncodings: [
      { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
      { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
      { rid: 'f', maxBitrate: 1_800_000, scalabilityMode: 'L1T3' },
    ],
  },
  svc: { sendEncodings: [{ maxBitrate: 1_800_000, scalabilityMode: 'L3T3_KEY' }], codecs: ['video/VP9', 'video/AV1'] },
  single: { sendEncodings: [{ maxBitrate: 1_800_000 }] },
};

/** The one sending connection: offers a MediaStream to the room. Emits `state` when the connection's state changes. */
export class Publisher extends EventTarget {
  #signalling;
  #layering = 'single';

  constructor(signalling) {
    super();
    this.#signalling = signalling;
    this.peer = undefined;
    this.stream = undefined;
  }

  /**
   * Publishes all tracks of `stream`.
   * @param {MediaStream} stream
   * @param {'simulcast' | 'svc' | 'single'} layering
   */
  async start(stream, layering) {
    const peer = createPeer();
    this.peer = peer;
    this.stream = stream;
    this.#layering = layering;
    peer.addEventListener('connectionstatechange', () => this.dispatchEvent(new Event('state')));
    try {
      for (const track of stream.getTracks()) this.#add(track, stream);
      return await this.#negotiate();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Finds a new way through the network for the connection there is. */
  async restartIce() {
    if (!this.peer) return;
    this.peer.restartIce();
    await this.#negotiate();
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

  #add(track, stream) {
    const { sendEncodings, codecs } = track.kind === 'video' ? Layerings[this.#layering] : {};
    const transceiver = this.peer.addTransceiver(track, { direction: 'sendonly', streams: [stream], ...(sendEncodings && { sendEncodings }) });
    if (!codecs) return;
    const usable = RTCRtpSender.getCapabilities('video').codecs.filter(({ mimeType }) => [...codecs, 'video/rtx'].includes(mimeType));
    if (!usable.some(({ mimeType }) => codecs.includes(mimeType))) throw new Error('This browser has no encoder for SVC.');
    transceiver.setCodecPreferences(usable);
  }

  /** Offers what there is now; returns the m-sections that were turned down. */
  async #negotiate() {
    const { peer } = this;
    await peer.setLocalDescription();
    const scalabilityModes = this.#modes();
    const { sdp, rejected } = await this.#signalling.request({ type: 'publish', sdp: peer.localDescription.sdp, scalabilityModes });
    await peer.setRemoteDescription({ type: 'answer', sdp });
    return rejected;
  }

  /** What SDP has no word for: the scalability mode of each video, by mid. */
  #modes() {
    const [{ scalabilityMode }] = Layerings[this.#layering].sendEncodings;
    if (!scalabilityMode) return {};
    const video = this.peer.getTransceivers().filter(({ sender }) => sender.track?.kind === 'video');
    return Object.fromEntries(video.map(({ mid }) => [mid, scalabilityMode]));
  }
}
