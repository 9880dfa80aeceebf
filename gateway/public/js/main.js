import { hideClients, showClients } from './clients.js';
import { RoomList } from './rooms.js';
import { Session } from './session.js';
import { sources } from './sources.js';
import { Tile } from './tiles.js';

const RefreshMs = 1000;
const FirstRetryMs = 250;
const LastRetryMs = 5000;

const find = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);

/** The page: what the user chose, the current stay in a room, and a tile for each picture. */
const page = {
  session: undefined,
  tiles: new Map(),
  ownTile: undefined,
  /** What to publish again after a reconnection: a name of `sources`. */
  source: undefined,
  retryMs: FirstRetryMs,
};

const rooms = new RoomList(() => find('token').value);

function say(text) {
  find('status').textContent = text;
}

function showError(error) {
  const box = find('error');
  box.hidden = !error;
  box.textContent = error ? (error.message ?? String(error)) : '';
}

function setState(state) {
  document.body.dataset.state = state;
  const inRoom = state !== 'idle';
  for (const id of ['room', 'name', 'transport', 'token', 'join']) find(id).disabled = inRoom;
  find('welcome').hidden = inRoom;
  find('stay').hidden = !inRoom;
  find('publish-bar').hidden = state !== 'joined';
  rooms.show(!inRoom);
  if (state === 'joined') showClients(find('room').value);
  if (!inRoom) hideClients();
}

function setPublishing(state) {
  document.body.dataset.publishing = state;
  const active = state !== 'none';
  for (const id of ['publish-camera', 'publish-screen', 'publish-test']) find(id).hidden = active;
  find('unpublish').hidden = !active;
  find('layering-label').hidden = active;
  if (document.body.dataset.state === 'joined') focus(active ? 'unpublish' : 'publish-camera');
}

/** Keeps the keyboard where the work is when the button that had the focus goes away. */
function focus(id) {
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body || activeElement.offsetParent === null) find(id).focus();
}

function showStay(room, people) {
  document.querySelector('[data-stay="room"]').textContent = room;
  document.querySelector('[data-stay="people"]').textContent = `${people} ${people === 1 ? 'person' : 'people'}`;
}

function describe() {
  const { session } = page;
  if (!session?.user) return;
  document.body.dataset.receiving = session.receiving.connectionState;
  const { size } = session.people;
  const others = size === 0 ? 'You are alone here' : `${size} other${size === 1 ? '' : 's'} here`;
  showStay(find('room').value, size + 1);
  const sending = session.sending ? `, sending is ${session.sending.connectionState}` : '';
  const watching = page.tiles.size > 0 ? `, receiving is ${session.receiving.connectionState}` : '';
  say(`In room ${find('room').value} as ${session.user.name}. ${others}${watching}${sending}.`);
  find('empty').hidden = page.tiles.size > 0 || page.ownTile !== undefined;
  if (session.sending?.connectionState === 'connected') setPublishing('connected');
  const failed = [session.sending, session.receiving].some((peer) => peer?.connectionState === 'failed');
  if (failed) showError(new Error('A connection failed; ICE is restarted.'));
  else if (find('error').textContent.startsWith('A connection failed')) showError();
}

function arrange({ streams, since }) {
  const present = new Set(streams.map(({ key }) => key));
  for (const [key, tile] of page.tiles) {
    if (present.has(key)) continue;
    tile.remove();
    page.tiles.delete(key);
  }
  for (const { key, user, streamId, stream, audio, video, layers } of streams) {
    let tile = page.tiles.get(key);
    if (!tile) {
      tile = new Tile({ title: user.name, user: user.id, streamId, since });
      page.tiles.set(key, tile);
      find('tiles').append(tile.element);
    }
    tile.show(stream, [audio, video].filter(Boolean), video !== undefined);
    tile.offerLayers(layers, (wish) => page.session.chooseLayers(layers.mid, wish));
    if (layers) tile.markLayers(page.session.layersOf(layers.mid));
  }
  describe();
}

function join() {
  showError();
  setState('joining');
  showStay(find('room').value, 1);
  say('Joining …');
  const session = new Session({
    room: find('room').value,
    name: find('name').value.trim(),
    transport: find('transport').value,
    token: find('token').value,
  });
  page.session = session;
  globalThis.gateway = session;
  session.addEventListener('joined', () => {
    page.retryMs = FirstRetryMs;
    setState('joined');
    focus('publish-camera');
    describe();
    if (page.source) void publish(page.source);
  });
  session.addEventListener('people', describe);
  session.addEventListener('state', describe);
  session.addEventListener('streams', ({ detail }) => arrange(detail));
  session.addEventListener('layers', ({ detail: { mid, layers } }) => {
    for (const tile of page.tiles.values()) if (tile.layeredMid === mid) tile.markLayers(layers);
  });
  session.addEventListener('draining', ({ detail }) =>
    showError(new Error(`The service is about to stop, in ${detail.seconds} seconds at the latest.`)),
  );
  session.addEventListener('failed', ({ detail }) => showError(detail));
  session.addEventListener('ended', ({ detail }) => ended(detail));
}

function clear() {
  for (const tile of page.tiles.values()) tile.remove();
  page.tiles.clear();
  page.ownTile?.remove();
  page.ownTile = undefined;
  find('empty').hidden = true;
  setPublishing('none');
  page.session = undefined;
}

function ended({ reason, reconnect }) {
  clear();
  if (!reconnect) {
    setState('idle');
    if (reason === 'shutdown') rooms.stop();
    say(reason === 'shutdown' ? 'The service was shut down.' : 'Not in a room.');
    return;
  }
  setState('reconnecting');
  say(reason === 'worker-died' ? 'The media worker died. Joining again …' : 'Connection lost. Joining again …');
  setTimeout(() => document.body.dataset.state === 'reconnecting' && join(), page.retryMs);
  page.retryMs = Math.min(2 * page.retryMs, LastRetryMs);
}

function leave() {
  page.source = undefined;
  page.session?.leave();
  clear();
  setState('idle');
  focus('join');
  showError();
  say('You left. Choose a room and join.');
}

async function publish(source) {
  const { session } = page;
  showError();
  setPublishing('connecting');
  try {
    const stream = await sources[source](session.user.name);
    page.source = source;
    page.ownTile = new Tile({ title: 'You', user: session.user.id, streamId: stream.id, own: true });
    find('tiles').prepend(page.ownTile.element);
    page.ownTile.show(stream, [], stream.getVideoTracks().length > 0);
    // The browser's own button ends sharing a screen.
    stream.getVideoTracks()[0]?.addEventListener('ended', () => page.session === session && void unpublish());
    const rejected = await session.publisher.start(stream, find('layering').value);
    page.ownTile.show(stream, session.sending.getSenders());
    if (rejected.length > 0) showError(new Error(rejected.map(({ detail }) => detail).join('; ')));
  } catch (error) {
    if (page.session !== session) return;
    page.ownTile?.remove();
    page.ownTile = undefined;
    setPublishing('none');
    showError(error);
  }
  describe();
}

async function unpublish() {
  page.source = undefined;
  page.ownTile?.remove();
  page.ownTile = undefined;
  setPublishing('none');
  try {
    await page.session.publisher.stop();
  } catch (error) {
    showError(error);
  }
  describe();
}

/** Takes an option that there is; others leave the first. */
function chooseOption(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

async function restartIce() {
  showError();
  try {
    await page.session?.restartIce();
  } catch (error) {
    showError(error);
  }
}

find('token').value = query.get('token') ?? '';
find('token-label').hidden = !query.has('token');
rooms.addEventListener('token', () => (find('token-label').hidden = false));
rooms.addEventListener('choose', ({ detail }) => {
  find('room').value = detail;
  join();
});
find('room').value = query.get('room') ?? 'lobby';
find('name').value = query.get('name') ?? '';
chooseOption(find('transport'), query.get('transport'));
find('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  join();
});
find('leave').addEventListener('click', leave);
chooseOption(find('layering'), query.get('layers'));
for (const source of Object.keys(sources)) find(`publish-${source}`).addEventListener('click', () => void publish(source));
find('publish-screen').disabled = !navigator.mediaDevices?.getDisplayMedia;
find('restart-ice').addEventListener('click', () => void restartIce());
find('unpublish').addEventListener('click', () => void unpublish());
setInterval(() => {
  for (const tile of [page.ownTile, ...page.tiles.values()]) tile?.refresh().catch(() => undefined);
}, RefreshMs);
