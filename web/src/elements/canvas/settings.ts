// What a dashboard is, as a form: its title, how wide and how fresh it is, and the filters that its tiles share.
import { callJson } from "../../api";
import { text } from "../../language";
import { bind, boundTo, freeId, othersOf, widened } from "./changes";
import { button, dialog, field, part } from "./dom";
import { spans } from "./filters";
import { kindOf, type Dashboard, type Filter, type FilterKind } from "./types";

const kinds: readonly [FilterKind, string][] = [
  ["list", text({ en: "Values of a list", fr: "Valeurs d'une liste" })], ["dates", text({ en: "Dates", fr: "Dates" })],
  ["number", text({ en: "Numbers, from and to", fr: "Nombres, de et à" })], ["search", text({ en: "Part of a text", fr: "Partie d'un texte" })],
];
const refreshes: readonly [string, string][] = [
  ["", text({ en: "never", fr: "jamais" })], ["30s", text({ en: "every 30 seconds", fr: "toutes les 30 secondes" })], ["1m", text({ en: "every minute", fr: "chaque minute" })],
  ["5m", text({ en: "every 5 minutes", fr: "toutes les 5 minutes" })], ["15m", text({ en: "every 15 minutes", fr: "toutes les 15 minutes" })], ["1h", text({ en: "every hour", fr: "chaque heure" })],
];

export function dashboardForm(dashboard: Dashboard, done: (dashboard: Dashboard) => void): void {
  const [title, about] = [input(dashboard.title), part("textarea", "textarea")];
  about.value = dashboard.description ?? "";
  about.rows = 2;
  title.maxLength = 120;
  const columns = select([["12", "12"], ["24", "24"]], String(dashboard.columns ?? 24));
  const refresh = select(refreshes, dashboard.refresh === undefined ? "" : String(dashboard.refresh));
  const error = part("p", "error");
  error.setAttribute("role", "alert");
  const known = part("datalist");
  known.id = `columns-${Math.random().toString(36).slice(2)}`;
  void listColumns(known);
  const list = part("div", "filter-forms");
  const forms: FilterForm[] = (dashboard.filters ?? []).map((filter) => new FilterForm(filter, known.id));
  const draw = (): void => {
    list.replaceChildren(...forms.map((form, at) => form.draw({
      up: at > 0 ? () => swap(at, -1) : undefined, down: at < forms.length - 1 ? () => swap(at, 1) : undefined,
      remove: () => {
        forms.splice(at, 1);
        draw();
      },
    })));
    if (forms.length === 0) list.append(part("p", "quiet", text({ en: "No filter yet.", fr: "Pas encore de filtre." })));
  };
  const swap = (at: number, by: number): void => {
    [forms[at], forms[at + by]] = [forms[at + by]!, forms[at]!];
    draw();
  };
  const add = button(text({ en: "Add a filter", fr: "Ajouter un filtre" }), () => {
    forms.push(new FilterForm({ id: "", title: "", type: "list", column: "" }, known.id));
    draw();
    forms.at(-1)!.title.focus();
  }, { icon: "plus", className: "small" });
  draw();
  const keep = button(text({ en: "Apply", fr: "Appliquer" }), () => {
    const wrong = title.value.trim() === "" ? text({ en: "Give the dashboard a title.", fr: "Donnez un titre au tableau de bord." }) : forms.map((form) => form.wrong()).find(Boolean);
    if (wrong) {
      error.textContent = wrong;
      return;
    }
    const taken = new Set(forms.map((form) => form.filter.id).filter(Boolean));
    const filters = forms.map((form) => {
      const filter = form.read();
      if (filter.id) return filter;
      const id = freeId(filter.title ?? "", taken);
      taken.add(id);
      return { ...filter, id };
    });
    box.close();
    done(changed(dashboard, { title: title.value.trim(), description: about.value.trim(), columns: Number(columns.value), refresh: refresh.value, filters }));
  }, { className: "primary" });
  const box = dialog(text({ en: "Dashboard", fr: "Tableau de bord" }), [
    field(text({ en: "Title", fr: "Titre" }), title), field(text({ en: "Description", fr: "Description" }), about),
    part("div", "canvas-pair", [field(text({ en: "Columns of the grid", fr: "Colonnes de la grille" }), columns), field(text({ en: "Refresh", fr: "Actualisation" }), refresh)]),
    part("div", "spread", [part("h3", "", text({ en: "Filters", fr: "Filtres" })), add]),
    part("p", "quiet", text({ en: "A filter reaches every tile whose tables have its column, or got it from there under another name. A tile that it does not reach says so.", fr: "Un filtre atteint chaque tuile dont les tables ont sa colonne, ou la tiennent de là sous un autre nom. Une tuile qu'il n'atteint pas le dit." })), list, known, error, part("div", "line end", [keep]),
  ], text({ en: "Close", fr: "Fermer" }));
}

type Values = { title: string; description: string; columns: number; refresh: string; filters: Filter[] };

// What is as it was stays as it was written: no key comes or goes for nothing.
function changed(dashboard: Dashboard, values: Values): Dashboard {
  const next: Dashboard = { ...dashboard, title: values.title };
  if (values.description !== (dashboard.description ?? "")) {
    if (values.description) next.description = values.description;
    else delete next.description;
  }
  if (values.columns !== (dashboard.columns ?? 24)) {
    next.columns = values.columns;
    next.tiles = widened(dashboard.tiles, dashboard.columns ?? 24, values.columns);
  }
  if (values.refresh !== String(dashboard.refresh ?? "")) {
    if (values.refresh) next.refresh = values.refresh;
    else delete next.refresh;
  }
  if (values.filters.length > 0 || dashboard.filters) next.filters = values.filters;
  if (next.filters?.length === 0) delete next.filters;
  return next;
}

type Acts = { up: (() => void) | undefined; down: (() => void) | undefined; remove: () => void };

class FilterForm {
  readonly title: HTMLInputElement;
  private readonly kind: HTMLSelectElement;
  private readonly column: HTMLInputElement;
  private readonly others: HTMLInputElement;
  private preset: HTMLInputElement | HTMLSelectElement;
  private readonly presetBox = part("div");

  constructor(readonly filter: Filter, listId: string) {
    this.title = input(filter.title ?? filter.id);
    this.kind = select(kinds, kindOf(filter));
    this.column = input(boundTo(filter), "mono");
    this.column.setAttribute("list", listId);
    this.column.placeholder = "gold.dim_terminal.terminal_name";
    this.others = input(othersOf(filter).join(", "), "mono");
    this.preset = this.presetFor(filter.default ?? "");
    this.kind.addEventListener("change", () => {
      this.preset = this.presetFor("");
      this.presetBox.replaceChildren(field(text({ en: "At first", fr: "Au départ" }), this.preset));
    });
    this.presetBox.replaceChildren(field(text({ en: "At first", fr: "Au départ" }), this.preset));
  }

  draw(acts: Acts): HTMLElement {
    const tools = [
      ...(acts.up ? [button(text({ en: "Move up", fr: "Monter" }), acts.up, { icon: "arrow-up", className: "plain small", bare: true })] : []),
      ...(acts.down ? [button(text({ en: "Move down", fr: "Descendre" }), acts.down, { icon: "arrow-down", className: "plain small", bare: true })] : []),
      button(text({ en: "Remove the filter", fr: "Retirer le filtre" }), acts.remove, { icon: "trash-2", className: "plain small", bare: true }),
    ];
    return part("div", "filter-form", [
      part("div", "filter-form-head", [field(text({ en: "Name", fr: "Nom" }), this.title), field(text({ en: "Kind", fr: "Genre" }), this.kind), part("div", "line", tools)]),
      field(text({ en: "Column", fr: "Colonne" }), this.column),
      part("div", "canvas-pair", [field(text({ en: "Also under the names", fr: "Aussi sous les noms" }), this.others), this.presetBox]),
    ]);
  }

  wrong(): string | undefined {
    if (!this.title.value.trim()) return text({ en: "Give each filter a name.", fr: "Donnez un nom à chaque filtre." });
    return this.column.value.trim() && [1, 3].includes(this.column.value.trim().split(".").length) ? undefined : text({ en: "Choose a column for the filter {0}: schema.table.column.", fr: "Choisissez une colonne pour le filtre {0} : schéma.table.colonne." }, this.title.value);
  }

  read(): Filter {
    const { filter } = this;
    const next: Filter = { ...bind(filter, this.column.value.trim(), this.others.value.split(",").map((name) => name.trim()).filter(Boolean)) };
    if (this.title.value.trim() !== (filter.title ?? filter.id)) next.title = this.title.value.trim();
    if (!filter.id) next.title = this.title.value.trim();
    if (this.kind.value !== kindOf(filter)) next.type = this.kind.value as FilterKind;
    const preset = this.preset.value.trim();
    if (preset !== (filter.default ?? "")) {
      if (preset) next.default = preset;
      else delete next.default;
    }
    return next;
  }

  private presetFor(value: string): HTMLInputElement | HTMLSelectElement {
    if (this.kind.value === "dates") return select([["", text({ en: "all days", fr: "tous les jours" })], ...spans], value);
    const element = input(value);
    element.placeholder = this.kind.value === "number" ? "0..24" : text({ en: "everything", fr: "tout" });
    return element;
  }
}

function input(value: string, look = ""): HTMLInputElement {
  const element = part("input", `input ${look}`.trim());
  element.value = value;
  return element;
}

function select(options: readonly (readonly [string, string])[], value: string): HTMLSelectElement {
  const element = part("select", "select", options.map(([key, words]) => new Option(words, key)));
  if (!options.some(([key]) => key === value)) element.append(new Option(value, value));
  element.value = value;
  return element;
}

async function listColumns(list: HTMLDataListElement): Promise<void> {
  try {
    const names = await callJson<{ rows: [string, { name: string }[]][] }>("/api/v1/sql/names");
    list.replaceChildren(...names.rows.flatMap(([table, columns]) => columns.map((column) => new Option(undefined, `${table}.${column.name}`))));
  } catch {
    list.replaceChildren(); // it can be typed all the same
  }
}
