/** Names of spatial layers from the smallest up, by how many there are. */
const SizeNames = { 2: ['Small', 'Large'], 3: ['Small', 'Medium', 'Large'] };

/** @returns {string} what a spatial layer is called among `count` */
export function sizeName(layer, count) {
  return SizeNames[count]?.[layer] ?? `${layer + 1} of ${count}`;
}

/** @returns {string} what share of the frames temporal layers up to `layer` of `count` bring; each doubles them */
export function rateName(layer, count) {
  return layer === count - 1 ? 'All' : `1/${2 ** (count - 1 - layer)}`;
}

let nextGroup = 1;

/**
 * Lets a viewer choose up to which layers a track comes, and marks those that come now. The first choice of each group
 * is no limit: what the connection carries.
 */
export class LayerChoice {
  #counts;
  #choose;
  #groups = {};
  #wish = {};

  /**
   * @param {HTMLElement} place what it is put into
   * @param {{spatial: number, temporal: number}} counts
   * @param {(wish: {spatialLayer?: number, temporalLayer?: number}) => Promise<void>} choose tells the service
   */
  constructor(place, counts, choose) {
    this.#counts = counts;
    this.#choose = choose;
    place.replaceChildren();
    place.hidden = false;
    if (counts.spatial > 1) this.#add(place, 'spatialLayer', 'Size', counts.spatial, sizeName);
    if (counts.temporal > 1) this.#add(place, 'temporalLayer', 'Frames', counts.temporal, rateName);
  }

  /** Whether it is for a track with these layers. */
  fits({ spatial, temporal }) {
    return this.#counts.spatial === spatial && this.#counts.temporal === temporal;
  }

  /** Marks what comes now; null marks nothing. */
  mark(layers) {
    for (const [key, { labels }] of Object.entries(this.#groups)) {
      for (const [layer, label] of labels) label.dataset.now = String(layers?.[key] === layer);
    }
  }

  #add(place, key, legend, count, nameOf) {
    const template = document.querySelector('#choice-template');
    const fieldset = template.content.firstElementChild.cloneNode(true);
    fieldset.querySelector('legend').textContent = legend;
    fieldset.dataset.layers = key;
    const name = `layers-${nextGroup++}`;
    const labels = new Map();
    const segments = fieldset.querySelector('.segments');
    const add = (layer, text, title) => {
      const label = document.createElement('label');
      const input = Object.assign(document.createElement('input'), { type: 'radio', name, checked: layer === undefined });
      input.value = layer ?? 'auto';
      input.addEventListener('change', () => void this.#pick(key, layer));
      label.title = title;
      label.append(input, text);
      segments.append(label);
      if (layer !== undefined) labels.set(layer, label);
    };
    add(undefined, 'Auto', 'as much as the connection carries');
    for (let layer = count - 1; layer >= 0; layer -= 1) add(layer, nameOf(layer, count), `at most layer ${layer + 1} of ${count}`);
    this.#groups[key] = { segments, labels };
    place.append(fieldset);
  }

  async #pick(key, layer) {
    const before = this.#wish;
    this.#wish = { ...before, [key]: layer };
    try {
      await this.#choose(this.#wish);
    } catch {
      // Whoever chose is told by the session; here the old choice stands again.
      this.#wish = before;
      const value = before[key] ?? 'auto';
      for (const input of this.#groups[key].segments.querySelectorAll('input')) input.checked = input.value === String(value);
    }
  }
}
