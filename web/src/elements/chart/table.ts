// A result as a table: only the rows in sight are in the page, sorted by a click on a heading, coloured by the settings' formats.
import { text } from "../../language";
import { formatValue, numberOf } from "./format";
import { indexOf } from "./series";
import type { ChartData, Column, ColumnFormat, Filter, Row } from "./types";

const rowHeight = 30;
const margin = 12;

export class ResultTable {
  private data: ChartData = { columns: [], rows: [] };
  private order: number[] = [];
  private sorted: { at: number; down: boolean } | null = null;
  private widths: number[] = [];
  private formats: ColumnFormat[] = [];
  private ranges: ({ least: number; most: number } | null)[] = [];
  private decimals: number | undefined;
  private readonly box = document.createElement("div");
  private readonly table = document.createElement("table");
  private readonly head = document.createElement("thead");
  private readonly body = document.createElement("tbody");
  private readonly sizes = document.createElement("colgroup");
  private first = -1;

  /** Told when a row is chosen by a double click or Enter. */
  onRow?: (filters: Filter[]) => void;

  constructor(host: Element, label = "") {
    this.box.className = "result-table";
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "region");
    this.box.setAttribute("aria-label", label || text({ en: "Rows", fr: "Lignes" }));
    this.table.append(this.sizes, this.head, this.body);
    this.box.append(this.table);
    host.append(this.box);
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw(true)).observe(this.box);
    this.body.addEventListener("dblclick", (event) => {
      const at = (event.target as Element).closest("tr")?.dataset["at"];
      const row = at === undefined ? undefined : this.data.rows[Number(at)];
      if (row) this.onRow?.(this.data.columns.flatMap((column, index) => (column.kind === "text" || column.kind === "date" ? [{ column: column.name, value: row[index] }] : [])));
    });
  }

  show(data: ChartData, formats: ColumnFormat[] = [], decimals?: number): void {
    const sameColumns = this.data.columns.map((column) => column.name).join("\0") === data.columns.map((column) => column.name).join("\0");
    const hadNone = this.data.rows.length === 0;
    this.data = data;
    this.formats = formats;
    this.decimals = decimals;
    if (!sameColumns) this.sorted = null;
    if (!sameColumns || hadNone) {
      this.widths = data.columns.map((column, at) => widthOf(column, data.rows, at));
    }
    this.ranges = data.columns.map((_, at) => (formats.some((format) => format.as !== "rule" && indexOf(data, format.column) === at) ? rangeOf(data.rows, at) : null));
    this.sort();
    this.drawHead();
    this.draw(true);
  }

  private sort(): void {
    this.order = this.data.rows.map((_, at) => at);
    if (!this.sorted) return;
    const { at, down } = this.sorted;
    const numeric = this.data.columns[at]?.kind === "number";
    const compare = (a: unknown, b: unknown): number => {
      if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
      return numeric ? (numberOf(a) ?? 0) - (numberOf(b) ?? 0) : String(a).localeCompare(String(b));
    };
    this.order.sort((a, b) => (down ? -1 : 1) * compare(this.data.rows[a]![at], this.data.rows[b]![at]));
  }

  private drawHead(): void {
    this.sizes.replaceChildren(...this.widths.map((width) => {
      const column = document.createElement("col");
      column.style.width = `${width}px`;
      return column;
    }));
    this.table.style.width = `${this.widths.reduce((sum, width) => sum + width, 0)}px`;
    const line = document.createElement("tr");
    line.append(...this.data.columns.map((column, at) => this.heading(column, at)));
    this.head.replaceChildren(line);
  }

  private heading(column: Column, at: number): HTMLTableCellElement {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.className = column.kind === "number" ? "number" : "";
    const sorted = this.sorted?.at === at ? this.sorted : null;
    cell.setAttribute("aria-sort", sorted ? (sorted.down ? "descending" : "ascending") : "none");
    const name = document.createElement("button");
    name.type = "button";
    name.textContent = column.name + (sorted ? (sorted.down ? " ↓" : " ↑") : "");
    name.title = `${column.name} · ${column.type.toLowerCase()}`;
    name.addEventListener("click", () => {
      this.sorted = sorted ? (sorted.down ? null : { at, down: true }) : { at, down: false };
      this.sort();
      this.drawHead();
      this.draw(true);
    });
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.addEventListener("pointerdown", (event) => this.resize(event, at));
    cell.append(name, grip);
    return cell;
  }

  private resize(event: PointerEvent, at: number): void {
    event.preventDefault();
    const [start, width] = [event.clientX, this.widths[at]!];
    const move = (moved: PointerEvent): void => {
      this.widths[at] = Math.max(48, width + moved.clientX - start);
      (this.sizes.children[at] as HTMLElement).style.width = `${this.widths[at]}px`;
      this.table.style.width = `${this.widths.reduce((sum, one) => sum + one, 0)}px`;
    };
    const stop = (): void => removeEventListener("pointermove", move);
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop, { once: true });
  }

  private draw(again = false): void {
    const seen = Math.ceil((this.box.clientHeight || 600) / rowHeight) + 2 * margin;
    const first = Math.max(0, Math.min(Math.floor(this.box.scrollTop / rowHeight) - margin, this.order.length - seen));
    if (!again && Math.abs(first - this.first) < margin / 2) return;
    this.first = first;
    const last = Math.min(this.order.length, first + seen);
    const lines: HTMLElement[] = [];
    if (first > 0) lines.push(space(first * rowHeight));
    for (let place = first; place < last; place++) lines.push(this.line(this.order[place]!));
    if (last < this.order.length) lines.push(space((this.order.length - last) * rowHeight));
    this.body.replaceChildren(...lines);
  }

  private line(at: number): HTMLTableRowElement {
    const line = document.createElement("tr");
    line.dataset["at"] = String(at);
    const row = this.data.rows[at]!;
    this.data.columns.forEach((column, index) => {
      const cell = document.createElement("td");
      const value = row[index];
      if (column.kind === "number") cell.className = "number";
      if (value === null || value === undefined) {
        cell.classList.add("null");
        cell.textContent = "∅";
      } else {
        cell.textContent = formatValue(value, column, column.kind === "number" ? this.decimals : undefined);
        if (column.kind !== "number") cell.title = cell.textContent;
        this.colour(cell, column, index, value);
      }
      line.append(cell);
    });
    return line;
  }

  private colour(cell: HTMLElement, column: Column, index: number, value: unknown): void {
    for (const format of this.formats) {
      if (format.column !== column.name) continue;
      const range = this.ranges[index];
      const number = numberOf(value);
      if (format.as === "rule") {
        if (holds(value, format.op, format.value)) cell.classList.add("tone", format.tone);
      } else if (range && number !== null) {
        cell.classList.add(format.as === "bar" ? "bar" : "heat");
        const least = format.as === "bar" ? Math.min(0, range.least) : range.least;
        cell.style.setProperty("--share", String(Math.round((100 * (number - least)) / (range.most - least || 1))));
      }
    }
  }
}

export function holds(value: unknown, op: string, than: string | number): boolean {
  const [a, b] = [numberOf(value), numberOf(than)];
  const difference = a !== null && b !== null ? a - b : String(value).localeCompare(String(than));
  return op === "<" ? difference < 0 : op === "<=" ? difference <= 0 : op === ">" ? difference > 0 : op === ">=" ? difference >= 0 : op === "=" ? difference === 0 : difference !== 0;
}

function rangeOf(rows: readonly Row[], at: number): { least: number; most: number } | null {
  let [least, most] = [Infinity, -Infinity];
  for (const row of rows) {
    const value = numberOf(row[at]);
    if (value !== null) [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  return least <= most ? { least, most } : null;
}

function widthOf(column: Column, rows: readonly Row[], at: number): number {
  let longest = column.name.length + 2;
  for (const row of rows.slice(0, 60)) longest = Math.max(longest, formatValue(row[at], column).length);
  return Math.min(340, Math.max(64, 26 + longest * 7.6));
}

function space(height: number): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.setAttribute("aria-hidden", "true");
  line.style.height = `${height}px`;
  return line;
}
