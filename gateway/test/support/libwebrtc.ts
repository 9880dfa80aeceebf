import wrtc from '@roamhq/wrtc';

let leaves = false;

/**
 * A video source of this library that gave pictures crashes in its own clean-up when the process ends. So the process
 * leaves without it, after the test runner's own listener, which was there before any test began.
 */
function leaveWithoutCleanUp(): void {
  if (leaves) return;
  leaves = true;
  process.on('exit', (code) => (process as unknown as { reallyExit(code: number): void }).reallyExit(code));
}

/** A moving grey picture of a libwebrtc peer. */
export class Picture {
  readonly track: MediaStreamTrack;
  readonly #timer: NodeJS.Timeout;

  constructor(width: number, height: number) {
    leaveWithoutCleanUp();
    const source = new wrtc.nonstandard.RTCVideoSource();
    this.track = source.createTrack();
    let step = 0;
    this.#timer = setInterval(() => {
      step += 1;
      const data = new Uint8ClampedArray((width * height * 3) / 2).fill(128);
      // A bright band on dark, further down with each picture.
      data.fill(40, 0, width * height);
      const top = (step * 4) % (height - 16);
      data.fill(220, top * width, (top + 16) * width);
      // The library's declaration names another array than its code takes.
      source.onFrame({ width, height, data: data as never });
    }, 40);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.track.stop();
  }
}

interface FrameEvent {
  frame: { width: number; height: number; data: Uint8Array };
}

/** Waits for `count` pictures of a track that differ from the one before; returns the size of the last. */
export function waitForPictures(track: MediaStreamTrack, count: number): Promise<{ width: number; height: number }> {
  const sink = new wrtc.nonstandard.RTCVideoSink(track);
  let before: Uint8Array | undefined;
  let changed = 0;
  return new Promise((resolve) => {
    sink.onframe = ({ frame: { width, height, data } }: FrameEvent) => {
      const luma = Uint8Array.from(data.subarray(0, width * height));
      if (before?.some((value, index) => Math.abs(value - luma[index]!) > 40)) changed += 1;
      before = luma;
      if (changed < count) return;
      sink.stop();
      resolve({ width, height });
    };
  });
}

export const { RTCPeerConnection: LibwebrtcPeer, MediaStream: LibwebrtcStream } = wrtc;
