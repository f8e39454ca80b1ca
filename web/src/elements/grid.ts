// <escale-grid table="gold.x" version="3">: the rows of a table, however many. Only what is in view is in the page and on the wire; of many columns too.
// With the property `data` (columns and rows of a result) instead of a table, the same over rows that are in the page already.
// Keys: arrows, Page Up/Down, Home/End, Ctrl+Home/End; Shift selects; Ctrl+C copies; Enter shows a value whole; Alt+↓ opens the column's menu.
import { base, explain } from "../api";
import { formatNumber, text } from "../language";
import { toast } from "../shell/shell";
import type { ChartData } from "./chart/types";
import { fillBar } from "./grid-bar";
import { type Column, icons, show, startWidth, toTsv } from "./grid-format";
import { Lanes } from "./grid-lanes";
import { MemoryRows } from "./grid-memory";
import { openMenu } from "./grid-menu";
import { fillPanel } from "./grid-panel";
import { icon } from "./icon";
import { queryOf, type RowSource, Rows } from "./grid-rows";
import { rowHeight, Scroll } from "./grid-scroll";
import { type GridState, readState, writeState } from "./grid-state";

const mostCopied = 100_000;
const numberWidth = 76;
type Cell = { row: number; column: number };

let grids = 0;

export class GridElement extends HTMLElement {
  readonly #name = `grid${++grids}`;
  #state: GridState = { filters: [], sorts: [], hidden: [], row: 0 };
  #rows!: RowSource;
  #memory: MemoryRows | undefined;
  readonly #lanes = new Lanes();
  #range: [number, number] = [0, 0];
  #top = -1;
  #scroll = new Scroll(0, 0);
  #columns: Column[] = [];
  #places = new Map<Column, number>();
  #isFitted = false;
  #widths = new Map<string, number>();
  #active: Cell = { row: 0, column: 0 };
  #anchor: Cell = { row: 0, column: 0 };
  #view!: HTMLElement;
  #space!: HTMLElement;
  #head!: HTMLElement;
  #layer!: HTMLElement;
  #bar!: HTMLElement;
  #panel!: HTMLElement;
  #watch?: ResizeObserver;
  #frame = 0;
  #asking = 0;
  #saving = 0;
  #ours = -1;
  #pool: HTMLElement[] = [];
  #shownColumns = "";

  connectedCallback(): void {
    if (!this.hasAttribute("table")) this.#inPage();
    this.#rows = this.#memory ?? new Rows(this.getAttribute("table") ?? "", this.getAttribute("version") ?? "", Number(this.getAttribute("columns") ?? "0"), () => this.#arrived());
    if (!this.#memory) this.#state = readState(location.search);
    this.#active = this.#anchor = { row: this.#state.row, column: 0 };
    this.#build();
    this.#watch = new ResizeObserver(() => this.#resized());
    this.#watch.observe(this.#view);
    this.#restart(this.#state.row);
    if (this.#memory) this.#arrived();
  }

  /** Rows that are in the page already, such as a result; set again when there are more of them. */
  set data(data: ChartData) {
    this.#inPage().show(data);
  }

  #inPage(): MemoryRows {
    return (this.#memory ??= new MemoryRows(() => this.isConnected && this.#rows === this.#memory && this.#arrived()));
  }

  disconnectedCallback(): void {
    this.#watch?.disconnect();
    this.#rows.stop();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#asking);
    clearTimeout(this.#saving);
    this.#pool = [];
    this.#shownColumns = "";
    this.#columns = [];
    this.replaceChildren();
  }

  get #visible(): Column[] {
    return this.#state.hidden.length === 0 ? this.#columns : this.#columns.filter((column) => !this.#state.hidden.includes(column.name));
  }

  #build(): void {
    this.innerHTML = `<div class="grid-bar" role="toolbar"></div><div class="grid-body"><div class="grid-view" role="grid" tabindex="0" aria-multiselectable="true"><div class="grid-space"><div class="grid-head" role="row" aria-rowindex="1"></div><div class="grid-layer" role="rowgroup"></div></div></div><aside class="grid-panel" hidden></aside></div>`;
    [this.#bar, this.#view, this.#space, this.#head, this.#layer, this.#panel] = ["bar", "view", "space", "head", "layer", "panel"].map((name) => this.querySelector<HTMLElement>(`.grid-${name}`)!) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    this.#view.setAttribute("aria-label", this.getAttribute("label") ?? this.getAttribute("table") ?? text({ en: "Rows", fr: "Lignes" }));
    this.#bar.setAttribute("aria-label", text({ en: "Rows", fr: "Lignes" }));
    this.#view.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#view.addEventListener("keydown", (event) => this.#key(event));
    this.#layer.addEventListener("pointerdown", (event) => this.#press(event));
    this.#layer.addEventListener("dblclick", () => void this.#openPanel());
  }

  #restart(row: number): void {
    this.#rows.reset(this.#state.filters, this.#state.sorts);
    this.#scroll.total = Math.max(row + 1, this.#rows.total, 1);
    this.#scroll.moveTo(row);
    this.#ask(0);
    this.#showBar();
  }

  #arrived(): void {
    const isFirst = this.#columns.length === 0;
    if (this.#columns.map((column) => column.name).join() !== this.#rows.columns.map((column) => column.name).join()) {
      // Another result: what was set for the columns of the one before means nothing here.
      if (this.#memory && this.#columns.length > 0 && this.#state.sorts.length + this.#state.filters.length + this.#state.hidden.length > 0) {
        this.#state = { filters: [], sorts: [], hidden: [], row: 0 };
        this.#rows.reset([], []);
      }
      this.#columns = this.#rows.columns;
      this.#places = new Map(this.#columns.map((column, at) => [column, at]));
      this.#lanes.widths = [];
      this.#shownColumns = "";
      this.#isFitted = false;
    }
    if (!this.#isFitted) {
      // A result's columns come before its rows: what fits is known with the first of them.
      for (const [at, column] of this.#columns.entries()) this.#widths.set(column.name, this.#rows.widthOf(at, column));
      this.#isFitted = this.#rows.total > 0;
      this.#shownColumns = "";
    }
    if (this.#scroll.total !== this.#rows.total || isFirst) {
      const row = this.#scroll.position;
      this.#scroll.total = this.#rows.total;
      this.#resized();
      this.#scroll.moveTo(isFirst ? this.#state.row : row);
      this.#place();
    }
    this.#showBar();
    this.#draw();
    this.#ask(0);
  }

  #resized(): void {
    this.#scroll.view = Math.max(rowHeight, this.#view.clientHeight - this.#head.offsetHeight);
    this.#space.style.height = `${this.#scroll.height + this.#head.offsetHeight}px`;
    this.#layer.style.height = `${Math.min(this.#scroll.view, this.#scroll.height)}px`;
    this.#view.setAttribute("aria-rowcount", String(this.#scroll.total + 1));
    this.#schedule();
  }

  #place(): void {
    const pixels = Math.round(this.#scroll.pixels);
    if (Math.abs(this.#view.scrollTop - pixels) < 1) return;
    this.#ours = pixels;
    this.#view.scrollTop = pixels;
  }

  #scrolled(): void {
    const isDown = this.#view.scrollTop !== this.#top;
    this.#top = this.#view.scrollTop;
    if (!isDown) {
      this.#schedule(); // to the side
      return;
    }
    if (Math.abs(this.#view.scrollTop - this.#ours) < 2) {
      this.#ours = -1;
    } else {
      this.#scroll.from(this.#view.scrollTop);
    }
    this.#schedule();
    this.#ask(24);
  }

  // With a scaled scrollbar the browser would fly past: the wheel moves by what it says.
  #wheel(event: WheelEvent): void {
    if (!this.#scroll.isScaled || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    this.#scroll.moveTo(this.#scroll.position + (event.deltaMode === 1 ? event.deltaY : event.deltaY / rowHeight));
    this.#moved(24);
  }

  #moved(wait = 0): void {
    this.#place();
    this.#schedule();
    this.#ask(wait);
  }

  /** Asks for the rows in view; while one scrolls, only where one stays for a moment. */
  #ask(wait: number): void {
    clearTimeout(this.#asking);
    const ask = (): void => this.#rows.want(Math.floor(this.#scroll.position), Math.min(this.#scroll.total - 1, Math.ceil(this.#scroll.position + this.#scroll.fits)));
    if (wait === 0) ask();
    else this.#asking = window.setTimeout(ask, wait);
    clearTimeout(this.#saving);
    this.#saving = window.setTimeout(() => this.#save(), 300);
  }

  #save(): void {
    if (this.#memory) return;
    this.#state.row = Math.round(this.#scroll.position);
    const address = location.pathname + writeState(location.search, this.#state) + location.hash;
    if (address !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", address);
    // Downloads of the page take the filters and the order along.
    const query = queryOf(this.#state.filters, this.#state.sorts, "");
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-export]")) {
      const address = new URL(base + link.dataset["export"]!, location.href);
      for (const [name, value] of query) address.searchParams.set(name, value);
      link.href = address.href;
    }
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    const columns = this.#visible;
    this.#drawHead(columns);
    const first = Math.floor(this.#scroll.position);
    const count = Math.min(Math.ceil(this.#scroll.fits) + 1, Math.max(0, this.#scroll.total - first));
    while (this.#pool.length < count) this.#pool.push(this.#newRow());
    const [from, to, left, right] = this.#selection();
    for (const [at, element] of this.#pool.entries()) {
      element.hidden = at >= count;
      if (at >= count) continue;
      const index = first + at;
      element.style.transform = `translateY(${(index - this.#scroll.position) * rowHeight}px)`;
      this.#fill(element, index, columns, (column) => index >= from && index <= to && column >= left && column <= right);
    }
    this.#view.setAttribute("aria-activedescendant", this.#layer.querySelector(".active")?.id ?? "");
  }

  #newRow(): HTMLElement {
    const row = document.createElement("div");
    row.className = "grid-row";
    row.setAttribute("role", "row");
    this.#layer.append(row);
    return row;
  }

  #fill(element: HTMLElement, index: number, columns: readonly Column[], isSelected: (column: number) => boolean): void {
    element.setAttribute("aria-rowindex", String(index + 2));
    const [first, after] = this.#range;
    while (element.children.length < after - first + 2) {
      const cell = document.createElement("div");
      const role = ["rowheader", "presentation"][element.children.length] ?? "gridcell";
      cell.setAttribute("role", role);
      if (role === "rowheader") cell.className = "grid-number";
      element.append(cell);
    }
    while (element.children.length > after - first + 2) element.lastElementChild!.remove();
    const row = this.#rows.get(index);
    element.firstElementChild!.textContent = formatNumber(index + 1);
    for (let at = first; at < after; at++) {
      const column = columns[at]!;
      const cell = element.children[at - first + 2] as HTMLElement;
      const value = row?.[this.#places.get(column)!];
      const isActive = index === this.#active.row && at === this.#active.column;
      cell.id = `${this.#name}-${index}-${at}`;
      cell.setAttribute("aria-colindex", String(at + 2));
      cell.dataset["column"] = String(at);
      cell.className = `grid-cell ${column.kind}${value === null ? " missing" : ""}${row ? "" : " waiting"}${isActive ? " active" : isSelected(at) ? " selected" : ""}`;
      const shown = value === undefined ? "" : value === null ? text({ en: "missing", fr: "manquant" }) : show(value, column);
      if (cell.textContent !== shown) cell.textContent = shown;
    }
  }

  #drawHead(columns: readonly Column[]): void {
    if (this.#lanes.count !== columns.length) this.#measure();
    this.#range = this.#lanes.range(this.#view.scrollLeft, this.#view.clientWidth - numberWidth);
    const [first, after] = this.#range;
    const shown = JSON.stringify([first, columns.slice(first, after).map((column) => column.name), this.#state.sorts, this.#state.filters]);
    if (shown === this.#shownColumns) return;
    this.#shownColumns = shown;
    this.#view.setAttribute("aria-colcount", String(columns.length + 1));
    const corner = document.createElement("div");
    corner.className = "grid-number";
    corner.setAttribute("role", "columnheader");
    corner.setAttribute("aria-label", text({ en: "Row", fr: "Ligne" }));
    corner.setAttribute("aria-colindex", "1");
    corner.textContent = "#";
    const space = document.createElement("div");
    space.setAttribute("role", "presentation");
    this.#head.replaceChildren(corner, space, ...columns.slice(first, after).map((column, at) => this.#headOf(column, first + at)));
    this.#layout();
  }

  #headOf(column: Column, at: number): HTMLElement {
    const head = document.createElement("div");
    const sort = this.#state.sorts.find((one) => one.column === column.name);
    head.className = "grid-title";
    head.dataset["column"] = String(at);
    head.setAttribute("aria-colindex", String(at + 2));
    head.setAttribute("role", "columnheader");
    head.setAttribute("aria-sort", !sort ? "none" : sort.descending ? "descending" : "ascending");
    const name = document.createElement("button");
    name.type = "button";
    name.className = "grid-name";
    name.title = `${column.name} · ${column.type.toLowerCase()}${column.kind === "time" && column.type.includes("TIME ZONE") ? " (UTC)" : ""}`;
    const label = document.createElement("span");
    label.className = "clip";
    label.textContent = column.name;
    const arrow = document.createElement("span");
    arrow.className = "grid-arrow";
    arrow.textContent = !sort ? "" : sort.descending ? "↓" : "↑";
    name.append(icon(icons[column.kind]), label, arrow);
    name.addEventListener("click", (event) => this.#sortBy(column.name, !sort ? "up" : sort.descending ? "none" : "down", event.shiftKey));
    const menu = document.createElement("button");
    menu.type = "button";
    const filter = this.#state.filters.find((one) => one.column === column.name);
    menu.className = `grid-more${filter ? " on" : ""}`;
    menu.title = text({ en: "Sort, filter, hide {0}", fr: "Trier, filtrer, masquer {0}" }, column.name);
    menu.setAttribute("aria-label", menu.title);
    menu.append(icon(filter ? "filter" : "chevron-down"));
    menu.addEventListener("click", () => this.#openMenu(menu, column));
    const grip = document.createElement("div");
    grip.className = "grid-grip";
    grip.addEventListener("pointerdown", (event) => this.#resizeColumn(event, column));
    grip.addEventListener("dblclick", () => this.#fit(column));
    head.append(name, menu, grip);
    return head;
  }

  #layout(): void {
    this.#measure();
    const [first, after] = this.#range;
    const widths = [numberWidth, this.#lanes.left(first)];
    for (let at = first; at < after; at++) widths.push(this.#lanes.right(at) - this.#lanes.left(at));
    this.style.setProperty("--grid-columns", widths.map((width) => `${width}px`).join(" "));
    this.#space.style.width = `${this.#lanes.total + numberWidth}px`;
  }

  #measure(): void {
    this.#lanes.widths = this.#visible.map((column) => this.#widths.get(column.name) ?? startWidth(column));
  }

  #resizeColumn(event: PointerEvent, column: Column): void {
    event.preventDefault();
    const grip = event.target as HTMLElement;
    const [start, width] = [event.clientX, this.#widths.get(column.name) ?? startWidth(column)];
    const move = (moved: PointerEvent): void => {
      this.#widths.set(column.name, Math.max(48, width + moved.clientX - start));
      this.#layout();
    };
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", () => grip.removeEventListener("pointermove", move), { once: true });
  }

  #fit(column: Column): void {
    const at = this.#visible.indexOf(column);
    const longest = Math.max(0, ...[...this.#layer.querySelectorAll<HTMLElement>(`[data-column="${at}"]`)].map((cell) => cell.textContent!.length));
    this.#widths.set(column.name, Math.min(640, Math.max(64, longest * 7.6 + 24, column.name.length * 7.6 + 62)));
    this.#layout();
  }

  #openMenu(anchor: HTMLElement, column: Column): void {
    openMenu(anchor, column, this.#state.filters.find((filter) => filter.column === column.name), (choice) => {
      if (choice.sort) this.#sortBy(column.name, choice.sort, false);
      if (choice.widen) this.#fit(column);
      if (choice.hide) {
        this.#state.hidden = [...this.#state.hidden, column.name];
        this.#draw();
        this.#showBar();
        this.#save();
      }
      if (choice.filters) this.#change({ filters: [...this.#state.filters.filter((filter) => filter.column !== column.name), ...choice.filters] });
    });
  }

  #sortBy(column: string, how: "up" | "down" | "none", also: boolean): void {
    const others = also ? this.#state.sorts.filter((sort) => sort.column !== column) : [];
    this.#change({ sorts: how === "none" ? others : [...others, { column, descending: how === "down" }] });
  }

  #change(change: Partial<GridState>): void {
    Object.assign(this.#state, change);
    this.#active = this.#anchor = { row: 0, column: this.#active.column };
    this.#restart(0);
    this.#place();
    this.#schedule();
  }

  #showBar(): void {
    fillBar(this.#bar, this.#rows, this.#state, {
      change: (change) => this.#change(change),
      showAll: () => {
        this.#state.hidden = [];
        this.#draw();
        this.#showBar();
        this.#save();
      },
      goTo: (row) => this.goTo(row),
    }, this.#memory?.whole);
  }

  /** Shows a row, counted from 0, at the top. */
  goTo(row: number): void {
    this.#active = this.#anchor = { row: Math.min(row, this.#scroll.total - 1), column: this.#active.column };
    this.#scroll.moveTo(row);
    this.#moved();
  }

  #selection(): [number, number, number, number] {
    const { row, column } = this.#active;
    return [Math.min(row, this.#anchor.row), Math.max(row, this.#anchor.row), Math.min(column, this.#anchor.column), Math.max(column, this.#anchor.column)];
  }

  #select(cell: Cell, extends_: boolean): void {
    this.#active = { row: Math.max(0, Math.min(cell.row, this.#scroll.total - 1)), column: Math.max(0, Math.min(cell.column, this.#visible.length - 1)) };
    if (!extends_) this.#anchor = this.#active;
    this.#scroll.show(this.#active.row);
    this.#moved();
    const [left, right] = [this.#lanes.left(this.#active.column), this.#lanes.right(this.#active.column) + numberWidth];
    if (left < this.#view.scrollLeft) this.#view.scrollLeft = left;
    else if (right > this.#view.scrollLeft + this.#view.clientWidth) this.#view.scrollLeft = right - this.#view.clientWidth;
    if (!this.#panel.hidden) void this.#openPanel();
  }

  #press(event: PointerEvent): void {
    const cellOf = (target: EventTarget | null): Cell | undefined => {
      const cell = (target as Element | null)?.closest<HTMLElement>(".grid-cell");
      return cell ? { row: Number(cell.parentElement!.getAttribute("aria-rowindex")) - 2, column: Number(cell.dataset["column"]) } : undefined;
    };
    const start = cellOf(event.target);
    if (!start || event.button !== 0) return;
    this.#select(start, event.shiftKey);
    if (event.pointerType === "touch") return;
    event.preventDefault();
    this.#view.focus({ preventScroll: true });
    const over = (moved: PointerEvent): void => {
      const cell = cellOf(moved.target);
      if (cell) this.#select(cell, true);
    };
    this.#layer.addEventListener("pointerover", over);
    window.addEventListener("pointerup", () => this.#layer.removeEventListener("pointerover", over), { once: true });
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#view) return;
    const { row, column } = this.#active;
    const far = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(this.#scroll.fits) - 1);
    const last = this.#scroll.total - 1;
    const to: Record<string, Cell> = {
      ArrowDown: { row: far ? last : row + 1, column }, ArrowUp: { row: far ? 0 : row - 1, column },
      ArrowRight: { row, column: far ? this.#visible.length - 1 : column + 1 }, ArrowLeft: { row, column: far ? 0 : column - 1 },
      PageDown: { row: row + page, column }, PageUp: { row: row - page, column },
      Home: { row: far ? 0 : row, column: 0 }, End: { row: far ? last : row, column: this.#visible.length - 1 },
    };
    if (event.altKey && event.key === "ArrowDown") this.#head.querySelector<HTMLElement>(`[data-column="${column}"] .grid-more`)?.click();
    else if (to[event.key]) this.#select(to[event.key]!, event.shiftKey);
    else if (far && event.key.toLowerCase() === "a") {
      this.#anchor = { row: 0, column: 0 };
      this.#active = { row: last, column: this.#visible.length - 1 };
      this.#draw();
    } else if (far && event.key.toLowerCase() === "c") void this.#copy();
    else if (event.key === "Enter") void this.#openPanel();
    else if (event.key === "Escape" && !this.#panel.hidden) this.#closePanel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async #copy(): Promise<void> {
    const [from, to, left, right] = this.#selection();
    const columns = this.#visible.slice(left, right + 1);
    const count = Math.min(to - from + 1, mostCopied);
    try {
      const rows = await this.#rows.fetch(from, count, columns.map((column) => this.#columns.indexOf(column)));
      await navigator.clipboard.writeText(toTsv(count > 1 && columns.length > 1 ? [columns.map((column) => column.name), ...rows] : rows));
      toast(text({ en: "Copied: {0} × {1}", fr: "Copié : {0} × {1}" }, formatNumber(count), columns.length));
    } catch (error) {
      toast(explain(error));
    }
  }

  async #openPanel(): Promise<void> {
    const column = this.#visible[this.#active.column];
    const row = this.#rows.get(this.#active.row);
    if (!column || !row) return;
    const { row: index, column: at } = this.#active;
    const position = this.#columns.indexOf(column);
    this.#showPanel(column, row[position] ?? null);
    if (this.#rows.isCut(index, position)) {
      const [whole] = await this.#rows.fetch(index, 1, [position]);
      if (this.#active.row === index && this.#active.column === at) this.#showPanel(column, whole?.[0] ?? null);
    }
  }

  #showPanel(column: Column, value: string | null): void {
    fillPanel(this.#panel, column, this.#active.row, value, () => this.#closePanel());
  }

  #closePanel(): void {
    this.#panel.hidden = true;
    this.#view.focus({ preventScroll: true });
  }
}

customElements.define("escale-grid", GridElement);
