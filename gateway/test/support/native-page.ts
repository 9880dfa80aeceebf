import type { Browser, Page } from 'playwright-core';

/** What a receiver of the page has got of one m-section. */
export interface ReceivedTrack {
  framesDecoded: number;
  width: number;
  packets: number;
}

/** How a picture is sent. */
export interface PictureOptions {
  name: string;
  width: number;
  height: number;
  stream?: string;
  /** MIME type. */
  codec?: string;
  encodings?: RTCRtpEncodingParameters[];
}

/** The functions of a page with one sending and one receiving RTCPeerConnection, and nothing else. */
export interface NativeApi {
  sending: RTCPeerConnection;
  receiving: RTCPeerConnection;
  /** Labels of data channels that came, and what came over them. */
  channels: Record<string, { id: number | null; protocol: string; messages: string[]; state: string }>;
  addPicture(options: PictureOptions): void;
  addTone(name: string): void;
  remove(name: string): void;
  mids(): Record<string, string | null>;
  offer(iceRestart?: boolean): Promise<string>;
  accept(answer: string): Promise<void>;
  answer(offer: string): Promise<string>;
  openChannel(label: string, options?: RTCDataChannelInit): void;
  sendOn(label: string, text: string): void;
  closeChannel(label: string): void;
  received(mid: string): Promise<ReceivedTrack>;
}

declare const native: NativeApi;

/** Opens an empty page and gives it the functions of {@link NativeApi}. */
export async function openNativePage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.evaluate(install);
  return page;
}

/** Resolves once `frames` more frames of the m-section are decoded than at the call; the test's time limit bounds it. */
export async function waitForFrames(page: Page, mid: string, frames: number, width?: number): Promise<ReceivedTrack> {
  const start = await page.evaluate((wanted) => native.received(wanted), mid);
  for (;;) {
    const now = await page.evaluate((wanted) => native.received(wanted), mid);
    if (now.framesDecoded >= start.framesDecoded + frames && (width === undefined || now.width === width)) return now;
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }
}

/** Runs in the page. */
function install(): void {
  const senders = new Map<string, RTCRtpTransceiver>();
  const streams = new Map<string, MediaStream>();
  const outgoing = new Map<string, RTCDataChannel>();
  const sending = new RTCPeerConnection();
  const receiving = new RTCPeerConnection();
  const channels: NativeApi['channels'] = {};
  receiving.ondatachannel = ({ channel }) => {
    const entry = { id: channel.id, protocol: channel.protocol, messages: [] as string[], state: 'open' };
    channels[channel.label] = entry;
    channel.onmessage = ({ data }) => entry.messages.push(String(data));
    channel.onclose = () => (entry.state = 'closed');
  };
  const streamOf = (name: string): MediaStream => {
    const stream = streams.get(name) ?? new MediaStream();
    streams.set(name, stream);
    return stream;
  };
  const draw = (width: number, height: number): MediaStreamTrack => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d')!;
    let step = 0;
    setInterval(() => {
      step += 1;
      context.fillStyle = `hsl(${step % 360} 80% 50%)`;
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'white';
      context.fillRect((step * 7) % width, height / 4, width / 8, height / 2);
    }, 40);
    return canvas.captureStream(25).getVideoTracks()[0]!;
  };
  const api: NativeApi = {
    sending,
    receiving,
    channels,
    addPicture({ name, width, height, stream = 'camera', codec, encodings = [{}] }) {
      const options: RTCRtpTransceiverInit = { direction: 'sendonly', streams: [streamOf(stream)], sendEncodings: encodings };
      const transceiver = sending.addTransceiver(draw(width, height), options);
      const codecs = RTCRtpSender.getCapabilities('video')!.codecs;
      if (codec) transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === codec || /rtx/.test(mimeType)));
      senders.set(name, transceiver);
    },
    addTone(name) {
      const context = new AudioContext();
      const oscillator = context.createOscillator();
      const destination = context.createMediaStreamDestination();
      oscillator.connect(destination);
      oscillator.start();
      const track = destination.stream.getAudioTracks()[0]!;
      senders.set(name, sending.addTransceiver(track, { direction: 'sendonly', streams: [streamOf('camera')] }));
    },
    remove(name) {
      senders.get(name)!.stop();
      senders.delete(name);
    },
    mids: () => Object.fromEntries([...senders].map(([name, { mid }]) => [name, mid])),
    async offer(iceRestart = false) {
      await sending.setLocalDescription(await sending.createOffer({ iceRestart }));
      return sending.localDescription!.sdp;
    },
    accept: (sdp) => sending.setRemoteDescription({ type: 'answer', sdp }),
    async answer(sdp) {
      await receiving.setRemoteDescription({ type: 'offer', sdp });
      await receiving.setLocalDescription();
      return receiving.localDescription!.sdp;
    },
    openChannel: (label, options) => void outgoing.set(label, sending.createDataChannel(label, options)),
    sendOn: (label, text) => outgoing.get(label)!.send(text),
    closeChannel: (label) => outgoing.get(label)!.close(),
    async received(mid) {
      const found = { framesDecoded: 0, width: 0, packets: 0 };
      (await receiving.getStats()).forEach((entry: Record<string, unknown>) => {
        if (entry['type'] !== 'inbound-rtp' || entry['mid'] !== mid) return;
        found.framesDecoded = Number(entry['framesDecoded'] ?? 0);
        found.width = Number(entry['frameWidth'] ?? 0);
        found.packets = Number(entry['packetsReceived'] ?? 0);
      });
      return found;
    },
  };
  Object.assign(globalThis, { native: api });
}
