// The filters above the tiles: days, values of a list, numbers, a text; and what was picked in charts.
import { callJson } from "../../api";
import { text } from "../../language";
import { formatValue } from "../chart/format";
import { button, icon, leaves, part } from "./dom";
import { valueOf, type State } from "./state";
import { kindOf, type Dashboard, type Filter } from "./types";

export const spans: readonly [string, string][] = [
  ["last-7-days", text({ en: "Last 7 days", fr: "7 derniers jours" })],
  ["last-30-days", text({ en: "Last 30 days", fr: "30 derniers jours" })],
  ["last-90-days", text({ en: "Last 90 days", fr: "90 derniers jours" })],
  ["last-12-months", text({ en: "Last 12 months", fr: "12 derniers mois" })],
  ["this-year", text({ en: "This year", fr: "Cette année" })],
];
const clearWords = text({ en: "Clear", fr: "Effacer" });

export class FilterBar {
  readonly element = part("div", "filter-bar");

  constructor(private readonly api: string, private readonly change: (id: string, values: string[]) => void, private readonly unpick: (column: string) => void, private readonly draft: () => Dashboard | undefined) {
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", text({ en: "Filters", fr: "Filtres" }));
    this.element.addEventListener("focusout", (event) => {
      for (const box of this.element.querySelectorAll<HTMLDetailsElement>("details[open]")) {
        if (leaves(event, box)) box.open = false;
      }
    });
  }

  show(filters: readonly Filter[], state: State): void {
    const open = this.element.querySelector<HTMLElement>("details[open]")?.dataset["filter"];
    const chips = state.picks.map((pick) => {
      const words = `${pick.column} = ${pick.values.map((value) => formatValue(value)).join(", ")}`;
      return button(words, () => this.unpick(pick.column), { icon: "x", className: "small filter-chip" });
    });
    this.element.replaceChildren(...filters.map((filter) => this.control(filter, valueOf(state, filter), filter.id === open)), ...chips);
    const isSet = state.picks.length > 0 || [...state.filters.values()].some((values) => values.length > 0);
    if (isSet) this.element.append(button(text({ en: "Clear all", fr: "Tout effacer" }), () => this.change("", []), { className: "plain small" }));
    this.element.hidden = filters.length === 0 && chips.length === 0;
  }

  private control(filter: Filter, values: string[], isOpen: boolean): HTMLElement {
    if (kindOf(filter) === "search") return this.search(filter, values[0] ?? "");
    const box = part("details", "menu filter");
    box.dataset["filter"] = filter.id;
    const words = this.words(filter, values);
    const open = part("summary", `button small${words ? " set" : ""}`, [part("span", "soft", filter.title ?? filter.id), part("span", "strong clip", words), icon("chevron-down")]);
    const list = part("div", "menu-list filter-list");
    box.append(open, list);
    const fill = (): void => {
      if (!box.open || list.childElementCount > 0) return;
      if (kindOf(filter) === "list") void this.list(filter, values, list);
      else this.range(filter, values[0] ?? "", list, box);
    };
    box.addEventListener("toggle", fill);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        box.open = false;
        open.focus();
      }
    });
    box.open = isOpen;
    return box;
  }

  private words(filter: Filter, values: readonly string[]): string {
    if (values.length === 0) return "";
    if (kindOf(filter) === "list") return values.length > 2 ? text({ en: "{0} chosen", fr: "{0} choisis" }, values.length) : values.join(", ");
    const named = spans.find(([key]) => key === values[0]);
    if (named) return named[1];
    const [from, to] = values[0]!.split("..");
    const show = (value: string): string => (kindOf(filter) === "dates" ? new Date(`${value}T00:00:00`).toLocaleDateString(document.documentElement.lang, { dateStyle: "medium" }) : formatValue(Number(value)));
    return from && to ? `${show(from)} – ${show(to)}` : from ? `≥ ${show(from)}` : to ? `≤ ${show(to)}` : "";
  }

  private search(filter: Filter, value: string): HTMLElement {
    const input = part("input", "input small filter-search");
    input.type = "search";
    input.value = value;
    input.placeholder = filter.title ?? filter.id;
    input.setAttribute("aria-label", input.placeholder);
    input.addEventListener("change", () => this.change(filter.id, input.value.trim() ? [input.value.trim()] : []));
    return input;
  }

  private range(filter: Filter, value: string, list: HTMLElement, box: HTMLDetailsElement): void {
    const isDates = kindOf(filter) === "dates";
    const [from, to] = value.includes("..") ? value.split("..") : ["", ""];
    const input = (words: string, now: string): HTMLInputElement => {
      const element = part("input", "input small");
      element.type = isDates ? "date" : "number";
      if (!isDates) element.step = "any";
      element.value = now;
      element.setAttribute("aria-label", `${filter.title ?? filter.id}: ${words}`);
      return element;
    };
    const [first, last] = [input(text({ en: "from", fr: "de" }), from ?? ""), input(text({ en: "to", fr: "à" }), to ?? "")];
    if (isDates) {
      for (const [key, words] of spans) {
        const item = part("button", value === key ? "chosen" : "", words);
        item.type = "button";
        item.addEventListener("click", () => this.change(filter.id, [key]));
        list.append(item);
      }
    }
    const apply = (): void => {
      box.open = false;
      this.change(filter.id, first.value || last.value ? [`${first.value}..${last.value}`] : []);
    };
    const ends = part("div", "filter-range", [first, part("span", "quiet", "–"), last]);
    for (const end of [first, last]) end.addEventListener("keydown", (event) => event.key === "Enter" && apply());
    list.append(ends, part("div", "filter-actions", [button(clearWords, () => this.change(filter.id, []), { className: "plain small" }), button(text({ en: "Apply", fr: "Appliquer" }), apply, { className: "primary small" })]));
  }

  private async list(filter: Filter, chosen: readonly string[], list: HTMLElement): Promise<void> {
    const values = new Set(chosen);
    const search = part("input", "input small");
    search.type = "search";
    search.placeholder = text({ en: "Search", fr: "Chercher" });
    search.setAttribute("aria-label", search.placeholder);
    const options = part("div", "filter-options", [part("div", "skeleton", " ")]);
    list.append(search, options, part("div", "filter-actions", [button(clearWords, () => this.change(filter.id, []), { className: "plain small" }), button(text({ en: "Apply", fr: "Appliquer" }), () => this.change(filter.id, [...values]), { className: "primary small" })]));
    const load = async (): Promise<void> => {
      try {
        // While the dashboard is being changed, as it stands here: the server knows only what is kept.
        const draft = this.draft();
        const found = await callJson<{ rows: [string, number][] }>(
          `${this.api}/filters/${encodeURIComponent(filter.id)}${search.value ? `?q=${encodeURIComponent(search.value)}` : ""}`, draft ? { method: "POST", body: JSON.stringify(draft) } : {});
        options.replaceChildren(...found.rows.map(([value, rows]) => option(value, rows, values)));
        if (found.rows.length === 0) options.append(part("p", "quiet", text({ en: "Nothing found", fr: "Rien trouvé" })));
      } catch (error) {
        options.replaceChildren(part("p", "quiet", error instanceof Error ? error.message : ""));
      }
    };
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void load(), 200);
    });
    await load();
  }
}

function option(value: string, rows: number, values: Set<string>): HTMLElement {
  const check = part("input");
  check.type = "checkbox";
  check.checked = values.has(value);
  check.addEventListener("change", () => (check.checked ? values.add(value) : values.delete(value)));
  return part("label", "filter-option", [check, part("span", "grow clip", value), part("span", "quiet", formatValue(rows))]);
}
