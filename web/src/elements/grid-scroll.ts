// Which rows are in view. Browsers cap the height of an element, so that a long table has a scrollbar of a bounded length: then the position is kept
// in rows, and the wheel moves by rows, not by parts of the scrollbar.
export const rowHeight = 30;
const mostPixels = 8_000_000;

export class Scroll {
  /** The first row in view, with the part of it that is scrolled past. */
  position = 0;
  constructor(public total: number, public view: number) {}

  /** Rows that fit. */
  get fits(): number {
    return Math.max(1, this.view / rowHeight);
  }

  get last(): number {
    return Math.max(0, this.total - this.fits);
  }

  /** Height of all rows in the scrollbar's terms. */
  get height(): number {
    return Math.min(this.total * rowHeight, mostPixels);
  }

  get isScaled(): boolean {
    return this.total * rowHeight > mostPixels;
  }

  moveTo(row: number): void {
    this.position = Math.min(this.last, Math.max(0, row));
  }

  /** Where the scrollbar stands for the position. */
  get pixels(): number {
    return this.last === 0 ? 0 : (this.position / this.last) * Math.max(0, this.height - this.view);
  }

  /** Takes the position from the scrollbar. */
  from(pixels: number): void {
    const range = this.height - this.view;
    this.moveTo(range <= 0 ? 0 : (pixels / range) * this.last);
  }

  /** Moves as little as needed for a row to be in view. */
  show(row: number): void {
    if (row < this.position) this.moveTo(row);
    else if (row + 1 > this.position + this.fits) this.moveTo(row + 1 - this.fits);
  }
}
