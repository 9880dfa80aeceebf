import { Graph } from './graph.js';
import { Numbers } from './numbers.js';

const KindNames = { video: 'Video', audio: 'Audio' };
/** The least that fills a graph: kbit/s, percent, milliseconds. */
const Floors = { bitrate: 100, loss: 5, roundTrip: 20 };

/**
 * One picture with its sound, name and live numbers. `element.dataset` tells tests and style sheets what happens:
 * `state` (waiting, playing, listening), `firstFrameMs`, `streamId`, `user`.
 */
export class Tile {
  #numbers = new Numbers();
  #endpoints = [];
  #video;
  #tracks = new Map();
  #roundTrip;
  #since;
  #seen = false;

  /** @param {{title: string, user: string, streamId: string, own?: boolean, since?: number}} options */
  constructor({ title, user, streamId, own = false, since }) {
    const template = document.querySelector('#tile-template');
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.user = user;
    this.element.dataset.streamId = streamId;
    this.element.dataset.own = String(own);
    this.element.querySelector('h2').textContent = title;
    this.#video = this.element.querySelector('video');
    this.#video.setAttribute('aria-label', `Picture of ${title}`);
    this.#video.muted = own;
    this.#since = since;
    this.#roundTrip = new Graph(this.element.querySelector('[data-graph="roundTrip"]'), Floors.roundTrip);
    this.element.querySelector('.full').addEventListener('click', () => void this.element.querySelector('.screen').requestFullscreen());
    const unmute = this.element.querySelector('.unmute');
    unmute.addEventListener('click', () => {
      this.#video.muted = false;
      unmute.hidden = true;
    });
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

  async refresh() {
    const { tracks, roundTripMs, path } = await this.#numbers.read(this.#endpoints);
    for (const kind of Object.keys(KindNames)) {
      const numbers = tracks.get(kind);
      if (numbers) this.#trackOf(kind).show(numbers);
      else if (this.#tracks.delete(kind)) this.element.querySelector(`.track[data-kind="${kind}"]`)?.remove();
    }
    this.#roundTrip.add(roundTripMs);
    this.#write('roundTrip', roundTripMs === undefined ? undefined : `${roundTripMs.toFixed(1)} ms`);
    this.#write('path', path);
  }

  #trackOf(kind) {
    const known = this.#tracks.get(kind);
    if (known) return known;
    const track = new TrackNumbers(kind);
    this.#tracks.set(kind, track);
    const place = this.element.querySelector('.tracks');
    if (kind === 'video') place.prepend(track.element);
    else place.append(track.element);
    return track;
  }

  #write(name, text) {
    if (text !== undefined) this.element.querySelector(`.path [data-number="${name}"]`).textContent = text;
  }

  remove() {
    this.#video.srcObject = null;
    this.element.remove();
  }

  #firstFrame(now) {
    this.#seen = true;
    this.element.dataset.state = 'playing';
    if (this.#since === undefined) return;
    const elapsed = Math.round(now - this.#since);
    this.element.dataset.firstFrameMs = String(elapsed);
    const note = document.createElement('small');
    note.textContent = `first picture after ${elapsed} ms`;
    this.element.querySelector('h2').append(note);
  }

  /** A browser may refuse sound that nobody clicked for: then the picture plays, and a button turns the sound on. */
  async #play() {
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== 'NotAllowedError') return;
      this.#video.muted = true;
      this.element.querySelector('.unmute').hidden = false;
      await this.#video.play().catch(() => undefined);
    }
  }
}

/** The live numbers of one track, with their graphs. */
class TrackNumbers {
  #graphs = {};

  constructor(kind) {
    const template = document.querySelector('#track-template');
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.kind = kind;
    this.element.querySelector('h3').textContent = KindNames[kind];
    for (const canvas of this.element.querySelectorAll('canvas')) {
      const { graph } = canvas.dataset;
      canvas.setAttribute('aria-label', `${KindNames[kind]} ${graph} over the last minute`);
      this.#graphs[graph] = new Graph(canvas, Floors[graph]);
    }
  }

  show({ bitrate, loss, layers }) {
    this.#graphs.bitrate.add(bitrate);
    this.#graphs.loss.add(loss);
    this.#write('bitrate', bitrate === undefined ? undefined : `${bitrate.toFixed(0)} kbit/s`);
    this.#write('loss', loss === undefined ? undefined : `${loss.toFixed(1)} %`);
    this.#write('layers', layers);
    this.element.dataset.lossy = String(loss > 2);
  }

  #write(name, text) {
    if (text !== undefined) this.element.querySelector(`[data-number="${name}"]`).textContent = text;
  }
}
