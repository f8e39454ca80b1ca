// The form of a chart's settings.
import { leaves } from "../canvas/dom";
import { text } from "../../language";
import { complete } from "../chart/choose";
import { chartTypes, type ChartData, type ChartSettings, type ColumnFormat } from "../chart/types";
import { chartWords } from "../sql/results";
import { button, element } from "../sql/parts";
import { choice, line, typed } from "./forms";

type Change = Partial<{ [Key in keyof ChartSettings]: ChartSettings[Key] | undefined }>;

export function settingsForm(data: ChartData, settings: ChartSettings, changed: (settings: ChartSettings) => void): HTMLElement {
  const form = element("div", "chart-settings");
  const shown = complete(data, settings);
  const is = (...types: string[]): boolean => types.includes(shown.type);
  const columns: [string, string][] = data.columns.map((column) => [column.name, column.name]);
  const numbers = data.columns.filter((column) => column.kind === "number").map((column): [string, string] => [column.name, column.name]);
  // What is typed letter by letter is put on what was typed before: the form is not made anew meanwhile.
  let now = settings;
  const set = (change: Change): void => {
    const next: Record<string, unknown> = { ...now, ...change };
    for (const key of Object.keys(next)) if (next[key] === undefined || next[key] === "") delete next[key];
    now = next as ChartSettings;
    changed(now);
  };
  const add = (label: string, input: HTMLElement, look = ""): void => {
    const box = element(input instanceof HTMLSelectElement || input instanceof HTMLInputElement ? "label" : "div", look);
    box.append(element("span", "quiet", label), input);
    form.append(box);
  };
  const number = (words: string): number | undefined => (words.trim() === "" || Number.isNaN(Number(words)) ? undefined : Number(words));
  const none: [string, string] = ["", text({ en: "none", fr: "aucune" })];
  add(text({ en: "Chart", fr: "Graphique" }), choice("", [["auto", chartWords("auto")], ...chartTypes.map((type): [string, string] => [type, chartWords(type)])], settings.type ?? "auto", (type) => set({ type: type as ChartSettings["type"] & string, x: undefined, y: undefined, series: undefined, lines: undefined })));
  if (data.columns.length > 0) {
    if (!is("table", "map") || (is("map") && !shown.latitude)) add(is("map") ? text({ en: "Country", fr: "Pays" }) : text({ en: "Along", fr: "Axe" }), choice("", columns, shown.x ?? "", (x) => set({ x })));
    if (is("line", "area", "bar", "row", "combo", "box", "number", "pivot")) add(text({ en: "Measures", fr: "Mesures" }), checks(numbers, shown.y ?? [], (y) => set({ y })));
    else if (!is("table", "histogram")) add(text({ en: "Measure", fr: "Mesure" }), choice("", numbers, shown.y?.[0] ?? "", (y) => set({ y: [y] })));
    if (is("combo")) add(text({ en: "As lines", fr: "En courbes" }), checks((shown.y ?? []).map((name) => [name, name]), shown.lines ?? [], (lines) => set({ lines })));
    if (is("line", "area", "bar", "row", "scatter", "heatmap", "sankey", "pivot")) add(is("sankey") ? text({ en: "To", fr: "Vers" }) : text({ en: "Split by", fr: "Répartir par" }), choice("", [none, ...columns], shown.series ?? "", (series) => set({ series })));
    if (is("scatter", "map")) add(text({ en: "Size", fr: "Taille" }), choice("", [none, ...numbers], shown.size ?? "", (size) => set({ size })));
    if (is("map")) {
      add(text({ en: "Latitude", fr: "Latitude" }), choice("", [none, ...numbers], shown.latitude ?? "", (latitude) => set({ latitude })));
      add(text({ en: "Longitude", fr: "Longitude" }), choice("", [none, ...numbers], shown.longitude ?? "", (longitude) => set({ longitude })));
    }
  }
  if (is("area", "bar", "row", "line")) add(text({ en: "Stack", fr: "Empiler" }), choice("", [["none", text({ en: "beside each other", fr: "côte à côte" })], ["stack", text({ en: "stacked", fr: "empilé" })], ["percent", text({ en: "stacked to 100 %", fr: "empilé à 100 %" })]], settings.stack ?? "none", (stack) => set({ stack: stack as "none" })));
  if (is("histogram")) add(text({ en: "Steps", fr: "Classes" }), typed(text({ en: "chosen", fr: "choisi" }), shownNumber(settings.bins), (bins) => set({ bins: number(bins) }), "", "number"));
  if (!is("map")) {
    if (!is("table")) add(text({ en: "Unit", fr: "Unité" }), typed("", settings.unit ?? "", (unit) => set({ unit })));
    add(text({ en: "Decimals", fr: "Décimales" }), typed(text({ en: "as they are", fr: "telles quelles" }), shownNumber(settings.decimals), (decimals) => set({ decimals: number(decimals) }), "", "number"));
  }
  if (is("number")) add(text({ en: "Goal", fr: "Objectif" }), typed("", shownNumber(settings.goal), (goal) => set({ goal: number(goal) }), "", "number"));
  if (is("line", "area", "bar", "row", "combo", "pie", "funnel")) add(text({ en: "Values on the marks", fr: "Valeurs affichées" }), choice("", [["", text({ en: "no", fr: "non" })], ["yes", text({ en: "yes", fr: "oui" })]], settings.labels ? "yes" : "", (labels) => set({ labels: labels === "yes" ? true : undefined })));
  if (is("table") && data.columns.length > 0) add(text({ en: "Colours", fr: "Couleurs" }), formatsForm(columns, numbers, settings.formats ?? [], (formats) => set({ formats: formats.length > 0 ? formats : undefined })), "wide");
  return form;
}

const shownNumber = (value: number | undefined): string => (value === undefined ? "" : String(value));

/** Several of some, in the order in which they were chosen. */
function checks(options: readonly (readonly [string, string])[], chosen: readonly string[], take: (chosen: string[]) => void): HTMLElement {
  const box = document.createElement("details");
  box.className = "menu checks";
  const open = document.createElement("summary");
  open.className = "select small";
  const list = element("div", "menu-list");
  let now = [...chosen];
  const say = (): void => {
    open.textContent = now.length === 0 ? "…" : now.join(", ");
  };
  for (const [key, words] of options) {
    const label = element("label", "filter-option");
    const check = document.createElement("input");
    check.type = "checkbox";
    check.checked = now.includes(key);
    check.addEventListener("change", () => {
      now = check.checked ? [...now, key] : now.filter((one) => one !== key);
      say();
      take(now);
    });
    label.append(check, element("span", "grow clip", words));
    list.append(label);
  }
  say();
  box.append(open, list);
  box.addEventListener("focusout", (event) => {
    if (leaves(event, box)) box.open = false;
  });
  return box;
}

const tones: readonly [string, string][] = [["good", text({ en: "good", fr: "bon" })], ["warn", text({ en: "attention", fr: "attention" })], ["bad", text({ en: "bad", fr: "mauvais" })], ["calm", text({ en: "calm", fr: "neutre" })]];
const looks: readonly [string, string][] = [["bar", text({ en: "a bar behind", fr: "une barre derrière" })], ["scale", text({ en: "a colour scale", fr: "une échelle de couleurs" })], ["rule", text({ en: "a colour when", fr: "une couleur si" })]];

function formatsForm(columns: [string, string][], numbers: [string, string][], formats: readonly ColumnFormat[], take: (formats: ColumnFormat[]) => void): HTMLElement {
  const box = element("div", "stack-s");
  const replace = (at: number, format: ColumnFormat): void => take(formats.map((one, index) => (index === at ? format : one)));
  formats.forEach((format, at) => {
    const parts: HTMLElement[] = [
      choice(text({ en: "Column", fr: "Colonne" }), columns, format.column, (column) => replace(at, { ...format, column })),
      choice(text({ en: "Look", fr: "Aspect" }), looks, format.as, (as) => replace(at, as === "rule" ? { column: format.column, as, op: ">", value: 0, tone: "good" } : { column: format.column, as: as as "bar" })),
    ];
    if (format.as === "rule") {
      parts.push(
        choice(text({ en: "Condition", fr: "Condition" }), ["<", "<=", "=", "!=", ">=", ">"].map((op) => [op, op]), format.op, (op) => replace(at, { ...format, op: op as ">" })),
        valueInput(format.value, (value) => replace(at, { ...format, value })),
        choice(text({ en: "Colour", fr: "Couleur" }), tones, format.tone, (tone) => replace(at, { ...format, tone: tone as "good" })),
      );
    }
    box.append(line(...parts, button(text({ en: "Remove", fr: "Retirer" }), "x", () => take(formats.filter((_, index) => index !== at)), "plain small square")));
  });
  box.append(button(text({ en: "Add a colour", fr: "Ajouter une couleur" }), "plus", () => take([...formats, { column: numbers[0]?.[0] ?? columns[0]?.[0] ?? "", as: "bar" }]), "plain small"));
  return box;
}

// Taken when it is left, so that the form may be made anew.
function valueInput(value: string | number, take: (value: string | number) => void): HTMLInputElement {
  const input = typed(text({ en: "Value", fr: "Valeur" }), String(value), () => undefined);
  input.addEventListener("change", () => take(input.value.trim() === "" || Number.isNaN(Number(input.value)) ? input.value : Number(input.value)));
  return input;
}
