// Where the columns of a grid stand, and which of them are in view: of a thousand columns only those are in the page.
const mostWhole = 40;
const margin = 2;

export class Lanes {
  #starts: number[] = [0];

  /** The widths of the columns, from left to right, in pixels. */
  set widths(widths: readonly number[]) {
    this.#starts = [0];
    for (const width of widths) this.#starts.push(this.#starts.at(-1)! + width);
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** All of them side by side. */
  get total(): number {
    return this.#starts.at(-1)!;
  }

  left(at: number): number {
    return this.#starts[Math.max(0, Math.min(at, this.count))]!;
  }

  right(at: number): number {
    return this.#starts[Math.max(0, Math.min(at + 1, this.count))]!;
  }

  /** The first column to draw, and the one after the last: what is in view with a few on either side; all, where there are few. */
  range(left: number, width: number): [number, number] {
    if (this.count <= mostWhole) return [0, this.count];
    return [Math.max(0, this.#at(left) - margin), Math.min(this.count, this.#at(left + width) + 1 + margin)];
  }

  // The column at a pixel.
  #at(pixel: number): number {
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= pixel) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }
}
