// Rows that are in the page already, such as the result of a query, in the form in which a grid asks for rows: sorted and filtered here.
import { numberOf } from "./chart/format";
import type { ChartData, Column as ResultColumn } from "./chart/types";
import { type Column, show, startWidth } from "./grid-format";
import type { Filter, Row, RowSource, Sort } from "./grid-rows";

const kinds: Record<ResultColumn["kind"], Column["kind"]> = { number: "number", text: "text", date: "time", time: "time", boolean: "boolean", nested: "nested", binary: "bytes" };
const collator = new Intl.Collator(undefined, { numeric: false, sensitivity: "variant" });

export class MemoryRows implements RowSource {
  columns: Column[] = [];
  readonly error = undefined;
  #data: ChartData = { columns: [], rows: [] };
  #order: number[] | undefined; // undefined: as they came
  #filters: readonly Filter[] = [];
  #sorts: readonly Sort[] = [];
  #texts = new WeakMap<readonly unknown[], Row>();

  constructor(private readonly changed: () => void) {}

  get total(): number {
    return this.#order?.length ?? this.#data.rows.length;
  }

  /** How many there are without filters. */
  get whole(): number {
    return this.#data.rows.length;
  }

  /** Takes a result, or the same one with more rows. */
  show(data: ChartData): void {
    this.#data = data;
    this.columns = data.columns.map((column) => ({ name: column.name, type: column.type, kind: kinds[column.kind] ?? "text" }));
    this.#arrange();
    this.changed();
  }

  reset(filters: readonly Filter[], sorts: readonly Sort[]): void {
    this.#filters = filters;
    this.#sorts = sorts;
    this.#arrange();
    this.changed();
  }

  stop(): void {
    // nothing is on its way
  }

  want(): void {
    // everything is there
  }

  get(index: number): Row | undefined {
    const row = this.#data.rows[this.#order ? (this.#order[index] ?? -1) : index];
    if (!row) return undefined;
    let texts = this.#texts.get(row);
    if (!texts) this.#texts.set(row, (texts = row.map(textOf)));
    return texts;
  }

  isCut(): boolean {
    return false;
  }

  widthOf(at: number, column: Column): number {
    let longest = 0;
    for (const row of this.#data.rows.slice(0, 60)) {
      const value = textOf(row[at]);
      if (value !== null) longest = Math.max(longest, show(value, column).length);
    }
    return Math.min(300, Math.max(startWidth(column), longest * (column.kind === "number" ? 8.2 : 7.5) + 24));
  }

  fetch(offset: number, limit: number, columns: readonly number[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (let at = offset; at < Math.min(this.total, offset + limit); at++) {
      const row = this.get(at)!;
      rows.push(columns.map((column) => row[column] ?? null));
    }
    return Promise.resolve(rows);
  }

  #arrange(): void {
    const tests = this.#filters.map((filter) => this.#test(filter));
    const orders = this.#sorts.map((sort) => this.#compare(sort));
    this.#order = undefined;
    if (tests.length + orders.length === 0) return;
    const { rows } = this.#data;
    const order = [...rows.keys()].filter((at) => tests.every((test) => test(rows[at]!)));
    order.sort((a, b) => {
      for (const compare of orders) {
        const difference = compare(rows[a]!, rows[b]!);
        if (difference !== 0) return difference;
      }
      return a - b;
    });
    this.#order = order;
  }

  #compare(sort: Sort): (a: readonly unknown[], b: readonly unknown[]) => number {
    const at = this.columns.findIndex((column) => column.name === sort.column);
    const numeric = this.columns[at]?.kind === "number";
    const way = sort.descending ? -1 : 1;
    return (one, other) => {
      const [a, b] = [one[at] ?? null, other[at] ?? null];
      if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1; // what is missing comes last, either way
      return way * (numeric ? (numberOf(a) ?? 0) - (numberOf(b) ?? 0) : collator.compare(textOf(a)!, textOf(b)!));
    };
  }

  #test({ column, op, value }: Filter): (row: readonly unknown[]) => boolean {
    const at = this.columns.findIndex((one) => one.name === column);
    const numeric = this.columns[at]?.kind === "number";
    const compare = (cell: unknown, than: string): number => {
      const [a, b] = [numberOf(cell), numberOf(than)];
      return numeric && a !== null && b !== null ? a - b : collator.compare(textOf(cell)!, than);
    };
    const one = Array.isArray(value) ? (value[0] ?? "") : (value ?? "");
    const list = Array.isArray(value) ? value : [one];
    const holds: Record<string, (cell: unknown) => boolean> = {
      contains: (cell) => plain(textOf(cell)!).includes(plain(one)), notcontains: (cell) => !plain(textOf(cell)!).includes(plain(one)),
      startswith: (cell) => plain(textOf(cell)!).startsWith(plain(one)), endswith: (cell) => plain(textOf(cell)!).endsWith(plain(one)),
      eq: (cell) => compare(cell, one) === 0, ne: (cell) => compare(cell, one) !== 0, in: (cell) => list.some((item) => compare(cell, item) === 0), notin: (cell) => list.every((item) => compare(cell, item) !== 0),
      gt: (cell) => compare(cell, one) > 0, gte: (cell) => compare(cell, one) >= 0, lt: (cell) => compare(cell, one) < 0, lte: (cell) => compare(cell, one) <= 0,
    };
    return (row) => {
      const cell = row[at] ?? null;
      if (op === "isnull") return cell === null;
      return cell !== null && (op === "notnull" || (holds[op]?.(cell) ?? true));
    };
  }
}

const plain = (text: string): string => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

/** A value of a result as the text that a grid shows: moments as DuckDB writes them. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "object") return JSON.stringify(value);
  return String(value).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/, "$1 $2").replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d.*)Z$/, "$1");
}
