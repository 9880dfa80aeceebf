const Colours = ['#f2f2f2', '#e8d44d', '#3fc1c9', '#43b864', '#b85cc7', '#d9483b', '#3b62d9'];
/** The smallest of which browsers make three simulcast sizes. */
const Width = 960;
const Height = 540;
const FramesPerSecond = 25;

/**
 * A MediaStream without camera or microphone: moving colour bars with a clock, and a quiet tone that rises and falls.
 * Its tracks release everything when they are stopped.
 */
export function createTestPicture(label) {
  const canvas = document.createElement('canvas');
  canvas.width = Width;
  canvas.height = Height;
  const context = canvas.getContext('2d');
  let frame = 0;
  const draw = () => drawFrame(context, frame++, label);
  draw();
  // A timer and not requestAnimationFrame, which stops in a tab that is not shown.
  const timer = setInterval(draw, 1000 / FramesPerSecond);
  const stream = canvas.captureStream(FramesPerSecond);
  const tone = createTone();
  stream.addTrack(tone.track);
  const video = stream.getVideoTracks()[0];
  const stop = video.stop.bind(video);
  video.stop = () => {
    clearInterval(timer);
    tone.stop();
    stop();
  };
  return stream;
}

function drawFrame(context, frame, label) {
  const shift = (frame * 3) % Width;
  const bar = Width / Colours.length;
  for (let index = -Colours.length; index < Colours.length; index += 1) {
    context.fillStyle = Colours[(index + Colours.length) % Colours.length];
    context.fillRect(index * bar + shift, 0, bar + 1, Height);
  }
  context.fillStyle = 'rgb(10 14 22 / 78%)';
  context.beginPath();
  context.roundRect(Width / 2 - 300, Height / 2 - 90, 600, 180, 24);
  context.fill();
  context.fillStyle = '#fff';
  context.textAlign = 'center';
  context.font = '600 66px ui-monospace, monospace';
  context.fillText(new Date().toISOString().slice(11, 23), Width / 2, Height / 2 + 2);
  context.font = '30px system-ui, sans-serif';
  context.fillText(`${label} · frame ${frame}`, Width / 2, Height / 2 + 56, 560);
}

function createTone() {
  const audio = new AudioContext();
  const destination = audio.createMediaStreamDestination();
  const tone = new OscillatorNode(audio, { frequency: 440 });
  const sweep = new OscillatorNode(audio, { frequency: 0.5 });
  const depth = new GainNode(audio, { gain: 60 });
  const volume = new GainNode(audio, { gain: 0.1 });
  sweep.connect(depth).connect(tone.frequency);
  tone.connect(volume).connect(destination);
  tone.start();
  sweep.start();
  void audio.resume();
  return { track: destination.stream.getAudioTracks()[0], stop: () => void audio.close() };
}
