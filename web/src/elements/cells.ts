// <escale-cells>: a table of cells that are links, runs × steps. The newest is in view at first; one tab stop, and arrows from cell to cell.
class CellsElement extends HTMLElement {
  #ended = new AbortController();

  connectedCallback(): void {
    this.#ended = new AbortController();
    this.scrollLeft = this.scrollWidth;
    const links = [...this.querySelectorAll<HTMLAnchorElement>("td a, thead a")];
    for (const link of links) link.tabIndex = -1;
    const last = this.querySelector<HTMLAnchorElement>("thead th:last-child a") ?? links[0];
    if (last) last.tabIndex = 0;
    this.addEventListener("keydown", (event) => this.#move(event), { signal: this.#ended.signal });
  }

  disconnectedCallback(): void {
    this.#ended.abort();
  }

  #move(event: KeyboardEvent): void {
    const by: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-10_000, 0], End: [10_000, 0] };
    const step = by[event.key];
    const from = document.activeElement;
    const cell = from?.closest<HTMLTableCellElement>("td, thead th");
    if (!step || !cell || !this.contains(cell)) return;
    event.preventDefault();
    const next = target(cell, step[0], step[1]);
    if (!next || !(from instanceof HTMLElement)) return;
    from.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/** The link of the nearest cell in a direction that has one. */
export function target(cell: HTMLTableCellElement, across: number, down: number): HTMLAnchorElement | null {
  const rows = [...(cell.closest("table")?.rows ?? [])];
  const jumps = Math.abs(across) > 1;
  let [row, column] = [rows.indexOf(cell.parentElement as HTMLTableRowElement), cell.cellIndex];
  if (jumps) {
    column = across < 0 ? 0 : rows[row]!.cells.length;
    across = Math.sign(-across);
  }
  for (;;) {
    [row, column] = [row + down, column + across];
    const next = rows[row]?.cells[column];
    if (!next || column === 0) return null;
    const link = next.querySelector<HTMLAnchorElement>("a");
    if (link) return link;
  }
}

customElements.define("escale-cells", CellsElement);
