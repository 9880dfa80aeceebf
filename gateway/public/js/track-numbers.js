import { Graph } from './graph.js';

const KindNames = { video: 'Video', audio: 'Audio' };
/** The least that fills a graph: kbit/s, percent, milliseconds. */
const Floors = { bitrate: 100, loss: 5, roundTrip: 20 };
const GraphNames = { bitrate: 'Bitrate', loss: 'Loss', roundTrip: 'Round trip' };
/** More loss than this is seen and heard, in percent. */
const LossyAbove = 2;

/** The live numbers of one track, with their graphs. */
export class TrackNumbers {
  #graphs = {};

  constructor(kind) {
    const template = document.querySelector('#track-template');
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.kind = kind;
    this.element.querySelector('.kind').textContent = KindNames[kind];
    for (const canvas of this.element.querySelectorAll('canvas')) {
      const { graph } = canvas.dataset;
      canvas.setAttribute('aria-label', `${GraphNames[graph]} of the ${kind} over the last minute`);
      this.#graphs[graph] = new Graph(canvas, Floors[graph]);
    }
  }

  /** @param {import('./numbers.js').TrackNumbers} numbers */
  show(numbers) {
    const { bitrate, loss, roundTripMs } = numbers;
    this.#show('bitrate', bitrate, (value) => `${value.toFixed(0)} kbit/s`);
    this.#show('loss', loss, (value) => `${value.toFixed(1)} %`);
    this.#show('roundTrip', roundTripMs, (value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`);
    this.element.dataset.lossy = String(loss > LossyAbove);
    const { codec, mode, height, rate, limited } = numbers;
    const format = [codec, height && `${height}p`, height && `${rate}/s`, mode, limited && `held back by ${limited}`];
    this.element.querySelector('[data-number="format"]').textContent = format.filter(Boolean).join(' · ');
    this.#showStreams(numbers.streams);
  }

  #show(name, value, textOf) {
    this.#graphs[name].add(value);
    if (value !== undefined) this.element.querySelector(`[data-number="${name}"]`).textContent = textOf(value);
  }

  /** Where a track is sent in several sizes: each with its share of the bits. */
  #showStreams(streams) {
    const list = this.element.querySelector('.streams');
    list.hidden = streams.length < 2;
    if (list.hidden) return;
    const most = Math.max(1, ...streams.map(({ bitrate }) => bitrate));
    list.replaceChildren(
      ...streams.map(({ rid, width, height, rate, bitrate, active }) => {
        const item = document.createElement('li');
        const sends = active && bitrate > 0 && height;
        item.dataset.rid = rid ?? '';
        item.dataset.active = String(Boolean(sends));
        item.style.setProperty('--share', `${((100 * bitrate) / most).toFixed(0)}%`);
        item.append(...[height ? `${width}×${height}` : `rid ${rid}`, sends ? `${rate}/s` : 'not sent', `${bitrate.toFixed(0)} kbit/s`].map(asSpan));
        return item;
      }),
    );
  }
}

function asSpan(text) {
  return Object.assign(document.createElement('span'), { textContent: text });
}
