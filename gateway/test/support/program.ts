import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Whether a command can be started at all. */
export const installed = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

export interface ProgramOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** A program, with those that it starts, that runs until it ends by itself or with the test. */
export class Program {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  #output = '';
  #onOutput: (() => void) | undefined;

  private constructor(command: string, args: readonly string[], { cwd, env }: ProgramOptions) {
    const options = { ...(cwd && { cwd }), env: { ...process.env, ...env } };
    // A group of its own, so that what it starts ends with it.
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data) => {
        this.#output += String(data);
        this.#onOutput?.();
      });
    }
  }

  static start(
    context: { after: (fn: () => void) => void },
    command: string,
    args: readonly string[],
    options: ProgramOptions = {},
  ): Program {
    const program = new Program(command, args, options);
    context.after(() => program.stop());
    return program;
  }

  get output(): string {
    return this.#output;
  }

  /** Sends a signal to the program alone. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it and what it started, wherever they are. */
  stop(): void {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch (error) {
      // All of the group have ended by themselves.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Waits until it has printed something so often; rejects when it ends before. */
  async prints(pattern: RegExp, times = 1): Promise<void> {
    const everywhere = new RegExp(pattern, `${pattern.flags.replace('g', '')}g`);
    const enough = (): boolean => (this.#output.match(everywhere)?.length ?? 0) >= times;
    const printed = new Promise<void>((resolve) => {
      this.#onOutput = () => enough() && resolve();
      this.#onOutput();
    });
    const ended = this.#closed.then(() => enough() || Promise.reject(new Error(`ended: ${this.#output.slice(-2_000)}`)));
    await Promise.race([printed, ended]);
    this.#onOutput = undefined;
  }

  /** Waits for the end; rejects with what it printed when that was a failure. */
  async finish(): Promise<string> {
    const [code] = (await this.#closed) as [number];
    if (code !== 0) throw new Error(`ended with ${code}: ${this.#output.slice(-2_000)}`);
    return this.#output;
  }
}
