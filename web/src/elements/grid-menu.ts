// What one can do with a column: sort, filter, hide. Opens under its head.
import { text, type Words } from "../language";
import type { Column } from "./grid-format";
import type { Filter } from "./grid-rows";

const ops: Record<string, Words> = {
  contains: { en: "contains", fr: "contient" },
  notcontains: { en: "does not contain", fr: "ne contient pas" },
  eq: { en: "is", fr: "est" },
  ne: { en: "is not", fr: "n'est pas" },
  startswith: { en: "starts with", fr: "commence par" },
  endswith: { en: "ends with", fr: "finit par" },
  gt: { en: "is more than", fr: "est supérieur à" },
  gte: { en: "is at least", fr: "est au moins" },
  lt: { en: "is less than", fr: "est inférieur à" },
  lte: { en: "is at most", fr: "est au plus" },
  in: { en: "is one of (a, b, …)", fr: "est parmi (a, b, …)" },
  isnull: { en: "is missing", fr: "est manquant" },
  notnull: { en: "is not missing", fr: "n'est pas manquant" },
};

const byKind: Record<Column["kind"], string[]> = {
  text: ["contains", "notcontains", "eq", "ne", "startswith", "endswith", "in", "isnull", "notnull"],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "isnull", "notnull"],
  time: ["eq", "gt", "gte", "lt", "lte", "isnull", "notnull"],
  boolean: ["eq", "isnull", "notnull"],
  nested: ["contains", "isnull", "notnull"],
  bytes: ["isnull", "notnull"],
};

const takesNoValue = (op: string): boolean => op === "isnull" || op === "notnull";

export type Choice = { sort?: "up" | "down" | "none"; filters?: Filter[]; hide?: boolean; widen?: boolean };

/** In a few words, for the list of filters that are on. */
export function describe(filter: Filter): string {
  const value = Array.isArray(filter.value) ? filter.value.join(", ") : (filter.value ?? "");
  return `${filter.column} ${text(ops[filter.op] ?? { en: filter.op, fr: filter.op }).replace(/ \(.*\)$/, "")}${value ? ` ${value}` : ""}`;
}

/** The menu; `choose` is called with what was chosen, and the menu is closed. */
export function openMenu(anchor: HTMLElement, column: Column, current: Filter | undefined, choose: (choice: Choice) => void): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "grid-menu";
  dialog.setAttribute("aria-label", column.name);
  const done = (choice: Choice): void => {
    dialog.close();
    choose(choice);
  };
  const button = (words: Words, choice: Choice, icon = ""): HTMLButtonElement => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "grid-menu-item";
    element.textContent = (icon ? `${icon} ` : "") + text(words);
    element.addEventListener("click", () => done(choice));
    return element;
  };
  dialog.append(
    button({ en: "Sort up", fr: "Trier par ordre croissant" }, { sort: "up" }, "↑"),
    button({ en: "Sort down", fr: "Trier par ordre décroissant" }, { sort: "down" }, "↓"),
    button({ en: "Fit the width", fr: "Ajuster la largeur" }, { widen: true }, "↔"),
    button({ en: "Hide", fr: "Masquer" }, { hide: true }, "✕"),
    filterForm(column, current, (filters) => done({ filters })),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    anchor.focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  const place = anchor.getBoundingClientRect();
  dialog.style.left = `${Math.max(8, Math.min(place.left, innerWidth - dialog.offsetWidth - 8))}px`;
  dialog.style.top = `${Math.max(8, Math.min(place.bottom + 2, innerHeight - dialog.offsetHeight - 8))}px`;
  return dialog;
}

function filterForm(column: Column, current: Filter | undefined, choose: (filters: Filter[]) => void): HTMLFormElement {
  const form = document.createElement("form");
  form.className = "grid-menu-filter";
  const select = document.createElement("select");
  select.className = "select small";
  select.setAttribute("aria-label", text({ en: "Condition", fr: "Condition" }));
  for (const op of byKind[column.kind]) select.add(new Option(text(ops[op]!), op, false, op === current?.op));
  const input = document.createElement("input");
  input.className = "input small";
  input.value = Array.isArray(current?.value) ? current.value.join(", ") : (current?.value ?? "");
  input.setAttribute("aria-label", text({ en: "Value", fr: "Valeur" }));
  input.placeholder = column.kind === "time" ? "2026-03-01" : column.kind === "boolean" ? "true" : text({ en: "Value", fr: "Valeur" });
  input.hidden = takesNoValue(select.value);
  select.addEventListener("change", () => (input.hidden = takesNoValue(select.value)));
  const apply = document.createElement("button");
  apply.className = "button primary small";
  apply.textContent = text({ en: "Filter", fr: "Filtrer" });
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "button small";
  clear.textContent = text({ en: "Clear", fr: "Effacer" });
  clear.hidden = !current;
  clear.addEventListener("click", () => choose([]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const op = select.value;
    if (takesNoValue(op)) choose([{ column: column.name, op }]);
    else if (input.value === "") choose([]);
    else choose([{ column: column.name, op, value: op === "in" ? input.value.split(",").map((part) => part.trim()) : column.kind === "number" ? input.value.replace(",", ".").replace(/\s/g, "") : input.value }]);
  });
  const buttons = document.createElement("div");
  buttons.className = "line";
  buttons.append(apply, clear);
  form.append(select, input, buttons);
  setTimeout(() => input.focus(), 0);
  return form;
}
