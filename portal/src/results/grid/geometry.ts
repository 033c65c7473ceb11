/** A browser draws no taller element than about 33 million pixels; beyond this, scrolling is scaled. */
const tallestPixels = 30_000_000;

/**
 * Where each line lies. Most lines are as high as all others; those that differ (an opened record, wrapped
 * text) are kept in a Fenwick tree of differences, so that finding and changing costs log(lines).
 */
export class LineHeights {
  readonly #usual: number;
  readonly #lines: number;
  readonly #differences = new Map<number, number>();
  #tree: Float64Array | undefined;
  #extra = 0;

  constructor(lines: number, usual: number) {
    this.#lines = lines;
    this.#usual = usual;
  }

  get total(): number {
    return this.#lines * this.#usual + this.#extra;
  }

  heightOf(line: number): number {
    return this.#usual + (this.#differences.get(line) ?? 0);
  }

  /** Sets a line's height in pixels; false when it already had it. */
  set(line: number, height: number): boolean {
    const before = this.#differences.get(line) ?? 0;
    const difference = height - this.#usual;
    if (before === difference) return false;
    this.#differences.set(line, difference);
    this.#extra += difference - before;
    this.#tree ??= new Float64Array(this.#lines + 1);
    for (let at = line + 1; at <= this.#lines; at += at & -at) {
      this.#tree[at] = (this.#tree[at] ?? 0) + difference - before;
    }
    return true;
  }

  /** Pixels between the first line's top and this one's. */
  topOf(line: number): number {
    let extra = 0;
    if (this.#tree !== undefined) {
      for (let at = line; at > 0; at -= at & -at) extra += this.#tree[at] ?? 0;
    }
    return line * this.#usual + extra;
  }

  /** The line that covers a place, counted in pixels from the first line's top. */
  lineAt(pixels: number): number {
    let low = 0;
    let high = Math.max(0, this.#lines - 1);
    if (this.#tree === undefined) return clamp(Math.floor(pixels / this.#usual), low, high);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.topOf(middle) <= pixels) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Scroll positions of an element that may be too tall to be drawn at its true height. */
export function scrollScale(
  contentPixels: number,
  viewPixels: number,
): {
  readonly canvas: number;
  toContent(scrollTop: number): number;
  toScroll(contentTop: number): number;
} {
  if (contentPixels <= tallestPixels) {
    return { canvas: contentPixels, toContent: (top) => top, toScroll: (top) => top };
  }
  const ratio = (contentPixels - viewPixels) / (tallestPixels - viewPixels);
  return {
    canvas: tallestPixels,
    toContent: (top) => top * ratio,
    toScroll: (top) => top / ratio,
  };
}

/** Left edges of columns of these widths, with the end of the last as one more. */
export function edgesOf(widths: readonly number[]): number[] {
  const edges = [0];
  for (const width of widths) edges.push((edges.at(-1) ?? 0) + width);
  return edges;
}

/** The columns of which something lies between two places: first, and one behind the last. */
export function columnsBetween(
  edges: readonly number[],
  from: number,
  to: number,
): readonly [number, number] {
  const count = edges.length - 1;
  let first = 0;
  while (first < count && (edges[first + 1] ?? 0) <= from) first += 1;
  let last = first;
  while (last < count && (edges[last] ?? 0) < to) last += 1;
  return [first, last];
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
