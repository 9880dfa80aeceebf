const RefreshMs = 3000;
/** Time for what the user just did to be seen in the list. */
const FirstMs = 200;

/** The list of rooms, kept up to date while it is shown. Emits `choose` (detail: room) and `token` when one is needed. */
export class RoomList extends EventTarget {
  #panel;
  #list;
  #none;
  #token;
  #timer;

  /** @param {() => string} token the access token, or '' */
  constructor(token) {
    super();
    this.#panel = document.querySelector('#rooms-panel');
    this.#list = document.querySelector('#rooms');
    this.#none = document.querySelector('#no-rooms');
    this.#token = token;
    this.show(true);
  }

  show(shown) {
    this.#panel.hidden = !shown;
    this.stop();
    if (shown) this.#timer = setTimeout(() => void this.#refresh(), FirstMs);
  }

  /** Leaves the list as it is, as when the service has gone. */
  stop() {
    clearTimeout(this.#timer);
  }

  async #refresh() {
    this.#timer = setTimeout(() => void this.#refresh(), RefreshMs);
    if (document.hidden) return;
    try {
      const token = this.#token();
      const response = await fetch('api/rooms', token ? { headers: { authorization: `Bearer ${token}` } } : {});
      if (response.status === 401) this.dispatchEvent(new Event('token'));
      if (response.ok) this.#render((await response.json()).rooms);
    } catch {
      // The service is away; joining will say so.
    }
  }

  #render(rooms) {
    const text = JSON.stringify(rooms);
    if (this.#list.dataset.rooms === text) return;
    this.#list.dataset.rooms = text;
    this.#none.hidden = rooms.length > 0;
    this.#list.replaceChildren(...rooms.map((room) => this.#item(room)));
  }

  #item({ id, users }) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    const name = document.createElement('strong');
    const people = document.createElement('span');
    name.textContent = id;
    const shown = users.slice(0, 4).map((user) => user.name).join(', ');
    people.textContent = `${users.length} here: ${shown}${users.length > 4 ? ' …' : ''}`;
    button.type = 'button';
    button.append(name, people);
    button.addEventListener('click', () => this.dispatchEvent(new CustomEvent('choose', { detail: id })));
    item.append(button);
    return item;
  }
}
