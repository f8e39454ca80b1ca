// The line above the rows: how many there are, which filters are on, and the way to a row.
import { formatNumber, text } from "../language";
import { describe } from "./grid-menu";
import type { GridState } from "./grid-state";
import { icon } from "./icon";
import type { RowSource } from "./grid-rows";

export type BarActs = { change(change: Partial<GridState>): void; showAll(): void; goTo(row: number): void };

/** Draws the bar. With `whole`, the rows are in the page and somebody else counts them: then it is there only when it has something to say. */
export function fillBar(bar: HTMLElement, rows: RowSource, state: GridState, acts: BarActs, whole?: number): void {
  const chips = state.filters.map((filter) => chip(describe(filter), () => acts.change({ filters: state.filters.filter((one) => one !== filter) })));
  if (state.hidden.length > 0) {
    const words = state.hidden.length === 1 ? { en: "1 hidden column", fr: "1 colonne masquée" } : { en: "{0} hidden columns", fr: "{0} colonnes masquées" };
    chips.push(chip(text(words, state.hidden.length), acts.showAll));
  }
  bar.hidden = whole !== undefined && chips.length === 0;
  const about = document.createElement("div");
  about.className = "grid-about";
  about.append(countOf(rows, whole), ...chips);
  if (bar.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) {
    bar.querySelector(".grid-about")?.replaceWith(about);
    return;
  }
  bar.replaceChildren(about, ...(whole === undefined ? [goInput(acts)] : []));
}

function countOf(rows: RowSource, whole: number | undefined): HTMLElement {
  const count = document.createElement("span");
  if (rows.error) {
    count.className = "grid-count error";
    count.setAttribute("role", "alert");
    count.textContent = [rows.error.message, rows.error.next].filter(Boolean).join(" ");
    count.title = rows.error.detail ?? "";
    return count;
  }
  count.className = "grid-count strong";
  count.setAttribute("aria-live", "polite");
  count.textContent = rows.columns.length === 0 ? "…"
    : whole !== undefined ? text({ en: "{0} of {1} rows", fr: "{0} lignes sur {1}" }, formatNumber(rows.total), formatNumber(whole))
    : rows.total === 1 ? text({ en: "1 row", fr: "1 ligne" }) : text({ en: "{0} rows", fr: "{0} lignes" }, formatNumber(rows.total));
  return count;
}

function goInput(acts: BarActs): HTMLElement {
  const go = document.createElement("input");
  go.className = "input small grid-go";
  go.inputMode = "numeric";
  go.placeholder = text({ en: "Go to row", fr: "Aller à la ligne" });
  go.setAttribute("aria-label", go.placeholder);
  go.addEventListener("keydown", (event) => {
    const row = Number.parseInt(go.value.replace(/\D/g, ""), 10);
    if (event.key === "Enter" && row > 0) acts.goTo(row - 1);
  });
  return go;
}

function chip(words: string, remove: () => void): HTMLElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "grid-chip";
  element.title = text({ en: "Take away", fr: "Retirer" });
  const label = document.createElement("span");
  label.className = "clip";
  label.textContent = words;
  element.append(label, icon("x"));
  element.addEventListener("click", remove);
  return element;
}
