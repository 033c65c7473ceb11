/** A body that is being cut. */
export interface Cutting<Result> {
  /** Of the body, bytes. */
  readonly size: number;
  readonly steps: Generator<void, Result>;
  readonly done: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

/** What is cut without a pause. */
const turnMs = 20;
/** Bodies of as many bytes are small. */
const smallBytes = 1024 * 1024;
const mostSmallBytes = 8 * smallBytes;

/**
 * Cuts bodies in turns, between which the thread answers others. What is made of a large one may take much memory: there
 * is one of them at a time, and the small ones do not wait for it.
 */
export class CuttingQueue<Result> {
  readonly #underWay: Cutting<Result>[] = [];
  readonly #waiting: Cutting<Result>[] = [];
  #small = 0;
  #large = 0;

  add(cutting: Cutting<Result>): void {
    this.#waiting.push(cutting);
    this.#start();
    if (this.#underWay.length === 1 && this.#underWay[0] === cutting) this.#goOn();
  }

  #goOn(): void {
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    const cutting = this.#underWay.shift();
    if (cutting === undefined) return;
    if (this.#isOver(cutting)) {
      this.#count(cutting, -1);
      this.#start();
    } else {
      this.#underWay.push(cutting);
    }
    if (this.#underWay.length > 0) this.#goOn();
  }

  #isOver({ steps, done, failed }: Cutting<Result>): boolean {
    const start = performance.now();
    try {
      do {
        const step = steps.next();
        if (step.done) {
          done(step.value);
          return true;
        }
      } while (performance.now() - start < turnMs);
      return false;
    } catch (error) {
      failed(error);
      return true;
    }
  }

  #start(): void {
    for (let at = 0; at < this.#waiting.length; ) {
      const cutting = this.#waiting[at];
      if (cutting !== undefined && this.#hasRoomFor(cutting)) {
        this.#waiting.splice(at, 1);
        this.#count(cutting, 1);
        this.#underWay.push(cutting);
      } else {
        at++;
      }
    }
  }

  #hasRoomFor({ size }: Cutting<Result>): boolean {
    return size > smallBytes ? this.#large === 0 : this.#small + size <= mostSmallBytes;
  }

  #count({ size }: Cutting<Result>, times: 1 | -1): void {
    if (size > smallBytes) this.#large += times;
    else this.#small += times * size;
  }
}
