import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on a terminal; nothing where standard error is none. */
export class IngestProgress {
  readonly #bar: SingleBar | undefined;
  readonly #total: number | undefined;
  readonly #started = performance.now();

  /** @param total bytes; undefined where nobody knows (standard input) */
  constructor(name: string, total: number | undefined) {
    this.#total = total;
    if (!process.stderr.isTTY) return;
    const measure = total === undefined ? '{megabytes} MB' : '{bar} {percentage}%';
    this.#bar = new SingleBar(
      {
        format: `${name}  ${measure}  {events}`,
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 50,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total ?? 1, 0, { events: '', megabytes: 0 });
  }

  /** @param events so far; undefined where only bytes are known */
  update(bytes: number, events: number | undefined): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = events === undefined || seconds < 0.1 ? 0 : Math.round(events / seconds);
    this.#bar?.update(this.#total === undefined ? 0 : bytes, {
      megabytes: (bytes / 1e6).toFixed(1),
      events:
        events === undefined
          ? ''
          : `${events.toLocaleString('en')} events, ${rate.toLocaleString('en')}/s`,
    });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
