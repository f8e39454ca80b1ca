// The rows before and after a step, in one table: changed cells tinted with what they were, rows that go struck through.
import { formatNumber, text } from "../../language";
import { button, element, icon } from "../sql/parts";
import { isWhole, type Column, type Preview, type Row, type Step } from "./types";

export type Acts = { menu(column: Column, at: HTMLElement): void; edit?: (row: Row, column: number, cell: HTMLElement) => void; remove?: (row: Row) => void };

const kinds: Record<string, string> = { number: "hash", text: "type", date: "calendar", time: "clock", boolean: "toggle-left", nested: "braces", binary: "binary" };

export function drawRows(preview: Preview, acts: Acts): HTMLElement {
  const scroll = element("div", "recipe-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", text({ en: "Rows", fr: "Lignes" }));
  const table = element("table", "recipe-rows");
  const head = element("tr", "");
  const corner = element("th", "recipe-number");
  corner.append(element("span", "hide", text({ en: "Row", fr: "Ligne" })));
  head.append(corner, ...preview.columns.map((column) => headOf(column, acts)));
  const thead = element("thead", "");
  thead.append(head);
  const body = element("tbody", "");
  body.append(...preview.rows.map((row) => rowOf(row, preview.columns, acts)));
  table.append(thead, body);
  scroll.append(table);
  return scroll;
}

function headOf(column: Column, acts: Acts): HTMLElement {
  const cell = element("th", column.is_new ? "is-new" : "");
  cell.setAttribute("scope", "col");
  const open = element("button", "recipe-column") as HTMLButtonElement;
  open.type = "button";
  open.setAttribute("aria-haspopup", "menu");
  open.title = `${column.name} · ${column.type}`;
  open.append(icon(kinds[column.kind] ?? "type"), element("span", "recipe-column-name", column.name));
  if (column.is_new) open.append(element("span", "tag good", text({ en: "new", fr: "nouvelle" })));
  else if (column.changed_count) open.append(element("span", "tag accent", formatNumber(column.changed_count)));
  open.append(icon("chevron-down"));
  open.addEventListener("click", () => acts.menu(column, open));
  cell.append(open);
  return cell;
}

function rowOf(row: Row, columns: readonly Column[], acts: Acts): HTMLElement {
  const line = element("tr", `is-${row.state}`);
  const number = element("th", "recipe-number");
  number.setAttribute("scope", "row");
  number.append(element("span", "", row.row === null ? "" : formatNumber(row.row)));
  if (acts.remove && row.state !== "removed" && row.row !== null) {
    const act = acts.remove;
    number.append(button(text({ en: "Remove row {0}", fr: "Retirer la ligne {0}" }, row.row), "trash-2", () => act(row), "plain small square"));
  }
  if (row.state === "removed" || row.state === "added") line.title = row.state === "removed" ? text({ en: "This row goes", fr: "Cette ligne part" }) : text({ en: "This row is new", fr: "Cette ligne est nouvelle" });
  line.append(number, ...columns.map((column, at) => cellOf(row, column, at, acts)));
  return line;
}

function cellOf(row: Row, column: Column, at: number, acts: Acts): HTMLElement {
  const cell = element("td", `${column.kind === "number" ? "is-number" : ""}${column.is_new ? " is-new" : ""}`);
  if (row.changed.includes(at)) {
    cell.classList.add("is-changed");
    const was = element("del", "");
    was.append(valueOf(row.before?.[at]));
    const now = element("ins", "");
    now.append(valueOf(row.cells[at]));
    cell.append(was, now);
  } else cell.append(valueOf(row.cells[at]));
  if (acts.edit && row.state !== "removed" && row.row !== null) {
    const act = acts.edit;
    cell.tabIndex = -1;
    cell.classList.add("may-edit");
    cell.addEventListener("dblclick", () => act(row, at, cell));
    cell.addEventListener("keydown", (event) => {
      if (event.target === cell && (event.key === "Enter" || event.key === "F2")) {
        event.preventDefault();
        act(row, at, cell);
      }
    });
  }
  return cell;
}

function valueOf(value: unknown): Node {
  if (value === null || value === undefined) return element("span", "recipe-null", text({ en: "empty", fr: "vide" }));
  const words = typeof value === "number" ? formatNumber(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
  return document.createTextNode(words.length > 200 ? `${words.slice(0, 200)}…` : words === "" ? "\u00a0" : visible(words));
}

// Blanks around a text are what is often to be seen.
const visible = (words: string): string => words.replace(/^ +| +$/g, (blanks) => "·".repeat(blanks.length));

/** A box for typing in place of a cell. */
export function editCell(cell: HTMLElement, value: unknown, label: string, done: (words: string) => void): void {
  const input = document.createElement("input");
  input.className = "input small recipe-edit";
  input.value = value === null || value === undefined ? "" : String(value);
  input.setAttribute("aria-label", label);
  const before = [...cell.childNodes];
  let isOver = false;
  const end = (keep: boolean): void => {
    if (isOver) return;
    isOver = true;
    cell.replaceChildren(...before);
    if (keep) done(input.value);
    else cell.focus();
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  });
  input.addEventListener("blur", () => end(input.value !== (value === null || value === undefined ? "" : String(value))));
  cell.replaceChildren(input);
  input.focus();
  input.select();
}

/** Arrow keys go from cell to cell. */
export function arrowKeys(scroll: HTMLElement): void {
  scroll.addEventListener("keydown", (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    const cell = (event.target as HTMLElement).closest("td");
    const lines = [...scroll.querySelectorAll("tbody tr")];
    if (!cell) {
      if (event.target !== scroll || event.key !== "ArrowDown") return;
      event.preventDefault();
      lines[0]?.querySelector<HTMLElement>("td")?.focus();
      return;
    }
    const line = cell.parentElement as HTMLTableRowElement;
    const next = lines[lines.indexOf(line) + by[0]!]?.children[[...line.children].indexOf(cell) + by[1]!] as HTMLElement | undefined;
    if (next?.tagName !== "TD") return;
    event.preventDefault();
    next.focus();
  });
}

/** What the rows below show: how many a step changes, whether they are a sample, and the choice of only those that change. */
export function previewBar(preview: Preview, step: Step | undefined, isTrial: boolean, onlyChanged: boolean, choose: (only: boolean) => void): HTMLElement {
  const bar = element("div", "recipe-bar");
  const said: string[] = isTrial ? [text({ en: "What the suggestion would do", fr: "Ce que ferait la suggestion" })] : [];
  if (step) {
    said.push(step.disabled ? text({ en: "This step is switched off", fr: "Cette étape est désactivée" })
      : !isWhole(step) ? text({ en: "Fill in the step to see what it does", fr: "Complétez l'étape pour voir ce qu'elle fait" })
      : preview.changed_row_count === null ? text({ en: "The step makes rows of its own", fr: "L'étape fait ses propres lignes" })
      : text(preview.changed_row_count === 1 ? { en: "{0} row changes", fr: "{0} ligne change" } : { en: "{0} rows change", fr: "{0} lignes changent" }, formatNumber(preview.changed_row_count)));
  } else said.push(text({ en: "The table as it is", fr: "La table telle qu'elle est" }));
  const words = element("span", "grow", said.join(" · "));
  words.setAttribute("role", "status");
  bar.append(words);
  if (preview.is_sample) bar.append(element("span", "tag", text({ en: "sample of {0} rows", fr: "échantillon de {0} lignes" }, formatNumber(preview.row_count))));
  if (step && preview.changed_row_count !== null) {
    const label = element("label", "check");
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = onlyChanged;
    input.addEventListener("change", () => choose(input.checked));
    label.append(input, element("span", "", text({ en: "Only what changes", fr: "Seulement ce qui change" })));
    bar.append(label);
  }
  return bar;
}
