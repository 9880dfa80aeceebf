import { createPeer } from './peer.js';

/**
 * The one receiving connection: answers the offers of the service. After each, emits `streams` whose detail is the list
 * of what there is to see: `{key, user, streamId, stream, audio, video, layers?}`, audio and video being RTCRtpReceivers
 * and layers `{mid, trackId, spatial, temporal}`. Emits `layers` whose detail is `{mid, layers}` when others come of a track.
 */
export class Watcher extends EventTarget {
  #signalling;
  #queue = Promise.resolve();
  #streams = new Map();
  #layers = new Map();

  constructor(signalling) {
    super();
    this.#signalling = signalling;
    this.peer = createPeer();
    this.peer.addEventListener('connectionstatechange', () => this.dispatchEvent(new Event('state')));
    signalling.addEventListener('layersChanged', ({ detail }) => {
      this.#layers.set(detail.mid, detail.layers);
      this.dispatchEvent(new CustomEvent('layers', { detail }));
    });
    signalling.addEventListener('offer', ({ detail }) => {
      this.#queue = this.#queue.then(() => this.#answer(detail)).catch((error) => this.#fail(error));
    });
  }

  /** Asks for an offer that restarts ICE. */
  async restartIce() {
    await this.#signalling.request({ type: 'restartIce' });
  }

  /** The layers that come of a track now, or null. */
  layersOf(mid) {
    return this.#layers.get(mid) ?? null;
  }

  /** Says up to which layers a track is to come; what is missing has no limit. */
  async chooseLayers(mid, wish) {
    await this.#signalling.request({ type: 'layers', mid, ...wish });
  }

  close() {
    this.peer.close();
  }

  async #answer({ sdp, version, tracks }) {
    if (this.peer.connectionState === 'closed') return;
    await this.peer.setRemoteDescription({ type: 'offer', sdp });
    this.#arrange(tracks);
    await this.peer.setLocalDescription();
    await this.#signalling.request({ type: 'answer', version, sdp: this.peer.localDescription.sdp });
  }

  /** Groups tracks by user and MediaStream, so that a user's picture and sound stay together (msid). */
  #arrange(tracks) {
    const receivers = new Map(this.peer.getTransceivers().map(({ mid, receiver }) => [mid, receiver]));
    const streams = new Map();
    for (const { mid, kind, user, streamId, trackId, layers } of tracks) {
      const receiver = receivers.get(mid);
      const key = `${user.id}/${streamId}`;
      const known = this.#streams.get(key);
      const entry = streams.get(key) ?? { key, user, streamId, stream: known?.stream ?? new MediaStream() };
      streams.set(key, entry);
      entry[kind] ??= receiver;
      if (layers && kind === 'video') entry.layers ??= { mid, trackId, ...layers };
      if (!entry.stream.getTracks().includes(receiver.track)) entry.stream.addTrack(receiver.track);
    }
    for (const { stream, audio, video } of streams.values()) {
      const present = [audio?.track, video?.track];
      for (const track of stream.getTracks()) if (!present.includes(track)) stream.removeTrack(track);
    }
    this.#streams = streams;
    this.dispatchEvent(new CustomEvent('streams', { detail: [...streams.values()] }));
  }

  #fail(error) {
    if (this.peer.connectionState === 'closed') return;
    this.dispatchEvent(new CustomEvent('failed', { detail: error }));
  }
}
