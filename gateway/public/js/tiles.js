import { LayerChoice } from './layers.js';
import { Numbers } from './numbers.js';
import { TrackNumbers } from './track-numbers.js';

const Kinds = ['video', 'audio'];

/**
 * One picture with its sound, name, live numbers and choice of layers. `element.dataset` tells tests and style sheets
 * what happens: `state` (waiting, playing, listening), `firstFrameMs`, `streamId`, `user`.
 */
export class Tile {
  #numbers = new Numbers();
  #endpoints = [];
  #video;
  #tracks = new Map();
  #since;
  #seen = false;
  #chosenFor;
  #choice;

  /** @param {{title: string, user: string, streamId: string, own?: boolean, since?: number}} options */
  constructor({ title, user, streamId, own = false, since }) {
    const template = document.querySelector('#tile-template');
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.user = user;
    this.element.dataset.streamId = streamId;
    this.element.dataset.own = String(own);
    this.element.setAttribute('aria-label', title);
    this.#find('h2').textContent = title;
    this.#video = this.#find('video');
    this.#video.setAttribute('aria-label', `Picture of ${title}`);
    this.#video.muted = own;
    this.#since = since;
    this.#find('.full').addEventListener('click', () => void this.#find('.screen').requestFullscreen());
    const unmute = this.#find('.unmute');
    unmute.addEventListener('click', () => {
      this.#video.muted = false;
      unmute.hidden = true;
    });
  }

  /** The m-section whose layers can be chosen, where they can. */
  get layeredMid() {
    return this.#chosenFor?.mid;
  }

  /** Shows `stream`; `endpoints` are the senders or receivers whose numbers are read. */
  show(stream, endpoints, hasVideo = true) {
    this.#endpoints = endpoints;
    if (this.#video.srcObject !== stream) {
      this.#video.srcObject = stream;
      this.#video.requestVideoFrameCallback((now) => this.#firstFrame(now));
      void this.#play();
    }
    if (!hasVideo && !this.#seen) this.element.dataset.state = 'listening';
  }

  /**
   * Lets the viewer choose among the layers of a track; without any there is no choice.
   * @param {{mid: string, trackId: string, spatial: number, temporal: number} | undefined} layers
   * @param {(wish: object) => Promise<void>} choose
   */
  offerLayers(layers, choose) {
    const known = this.#chosenFor;
    if (layers && known?.mid === layers.mid && known.trackId === layers.trackId && this.#choice.fits(layers)) return;
    this.#chosenFor = layers;
    const place = this.#find('.choice');
    if (layers) this.#choice = new LayerChoice(place, layers, choose);
    else place.hidden = true;
  }

  /** Marks the layers that come now. */
  markLayers(layers) {
    this.#choice?.mark(layers);
  }

  async refresh() {
    const { tracks, path } = await this.#numbers.read(this.#endpoints);
    for (const kind of Kinds) {
      const numbers = tracks.get(kind);
      if (numbers) this.#trackOf(kind).show(numbers);
      else if (this.#tracks.delete(kind)) this.#find(`.track[data-kind="${kind}"]`)?.remove();
    }
    if (path) this.#find('[data-number="path"]').textContent = path;
    const { width, height } = tracks.get('video') ?? {};
    const badge = this.#find('[data-number="size"]');
    badge.hidden = !height;
    badge.textContent = `${width}×${height}`;
  }

  remove() {
    this.#video.srcObject = null;
    this.element.remove();
  }

  #find(selector) {
    return this.element.querySelector(selector);
  }

  #trackOf(kind) {
    const known = this.#tracks.get(kind);
    if (known) return known;
    const track = new TrackNumbers(kind);
    this.#tracks.set(kind, track);
    const place = this.#find('.tracks');
    if (kind === 'video') place.prepend(track.element);
    else place.append(track.element);
    return track;
  }

  #firstFrame(now) {
    this.#seen = true;
    this.element.dataset.state = 'playing';
    if (this.#since === undefined) return;
    const elapsed = Math.round(now - this.#since);
    this.element.dataset.firstFrameMs = String(elapsed);
    this.#find('[data-number="firstPicture"]').textContent = `first picture after ${elapsed} ms`;
  }

  /** A browser may refuse sound that nobody clicked for: then the picture plays, and a button turns the sound on. */
  async #play() {
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== 'NotAllowedError') return;
      this.#video.muted = true;
      this.#find('.unmute').hidden = false;
      await this.#video.play().catch(() => undefined);
    }
  }
}
