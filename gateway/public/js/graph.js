/** One point a second, for a minute. */
const Points = 60;

/** A small graph of the last minute on a canvas. The scale fits the largest value; `floor` is the least top of it. */
export class Graph {
  #canvas;
  #values = [];
  #floor;

  constructor(canvas, floor) {
    this.#canvas = canvas;
    this.#floor = floor;
  }

  /** Adds a value; undefined leaves a gap. */
  add(value) {
    this.#values.push(value);
    if (this.#values.length > Points) this.#values.shift();
    this.#draw();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0) return;
    const scale = globalThis.devicePixelRatio;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    const context = this.#canvas.getContext('2d');
    context.scale(scale, scale);
    const top = Math.max(this.#floor, ...this.#values.map((value) => value ?? 0));
    const colour = getComputedStyle(this.#canvas).color;
    const at = (index) => [
      (width * (Points - this.#values.length + index)) / (Points - 1),
      height - 1.5 - ((height - 3) * (this.#values[index] ?? 0)) / top,
    ];
    const line = new Path2D();
    this.#values.forEach((value, index) => {
      if (value === undefined) return;
      const starts = index === 0 || this.#values[index - 1] === undefined;
      if (starts) line.moveTo(...at(index));
      else line.lineTo(...at(index));
    });
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.stroke(line);
    const area = new Path2D(line);
    const last = this.#values.length - 1;
    area.lineTo(at(last)[0], height);
    area.lineTo(at(0)[0], height);
    context.fillStyle = colour;
    context.globalAlpha = 0.16;
    context.fill(area);
  }
}
