import { Numbers } from './numbers.js';

/**
 * One picture with its sound, name and live numbers. `element.dataset` tells tests and style sheets what happens:
 * `state` (waiting, playing, listening), `firstFrameMs`, `streamId`, `user`.
 */
export class Tile {
  #numbers = new Numbers();
  #endpoints = [];
  #video;
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
    const texts = await this.#numbers.read(this.#endpoints);
    for (const [name, text] of Object.entries(texts)) {
      const place = this.element.querySelector(`[data-number="${name}"]`);
      if (place) place.textContent = text;
    }
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
