// The form of a chart's settings.
import { text } from "../../language";
import { complete } from "../chart/choose";
import { chartTypes, type ChartData, type ChartSettings } from "../chart/types";
import { chartWords } from "../sql/results";
import { element } from "../sql/parts";
import { choice, typed } from "./forms";

export function settingsForm(data: ChartData, settings: ChartSettings, changed: (settings: ChartSettings) => void): HTMLElement {
  const form = element("div", "chart-settings");
  const shown = complete(data, settings);
  const columns: [string, string][] = data.columns.map((column) => [column.name, column.name]);
  const numbers = data.columns.filter((column) => column.kind === "number").map((column): [string, string] => [column.name, column.name]);
  const set = (change: Partial<ChartSettings>): void => {
    const next: ChartSettings = { ...settings, ...change };
    for (const key of Object.keys(next) as (keyof ChartSettings)[]) if (next[key] === undefined || next[key] === "") delete next[key];
    changed(next);
  };
  const add = (label: string, input: HTMLElement): void => {
    const box = element("label", "");
    box.append(element("span", "quiet", label), input);
    form.append(box);
  };
  const none: [string, string] = ["", text({ en: "none", fr: "aucune" })];
  add(text({ en: "Chart", fr: "Graphique" }), choice("", [["auto", chartWords("auto")], ...chartTypes.map((type): [string, string] => [type, chartWords(type)])], settings.type ?? "auto", (type) => set({ type: type as ChartSettings["type"] & string, x: undefined as never, y: undefined as never, series: undefined as never })));
  if (!["table", "map"].includes(shown.type) || (shown.type === "map" && !shown.latitude)) {
    add(text({ en: "Along", fr: "Axe" }), choice("", columns, shown.x ?? "", (x) => set({ x })));
    if (shown.type !== "histogram") add(text({ en: "Measure", fr: "Mesure" }), choice("", [...(shown.y && shown.y.length > 1 ? [[shown.y.join("\0"), shown.y.join(", ")] as [string, string]] : []), ...numbers], shown.y?.join("\0") ?? "", (y) => set({ y: y.split("\0") })));
  }
  if (["line", "area", "bar", "row", "scatter", "heatmap", "sankey", "pivot"].includes(shown.type)) add(text({ en: "Split by", fr: "Répartir par" }), choice("", [none, ...columns], shown.series ?? "", (series) => set({ series })));
  if (["area", "bar", "row", "line"].includes(shown.type)) add(text({ en: "Stack", fr: "Empiler" }), choice("", [["none", text({ en: "beside each other", fr: "côte à côte" })], ["stack", text({ en: "stacked", fr: "empilé" })], ["percent", text({ en: "stacked to 100 %", fr: "empilé à 100 %" })]], settings.stack ?? "none", (stack) => set({ stack: stack as "none" })));
  if (shown.type === "scatter" || shown.type === "map") add(text({ en: "Size", fr: "Taille" }), choice("", [none, ...numbers], shown.size ?? "", (size) => set({ size })));
  if (!["table", "map"].includes(shown.type)) add(text({ en: "Unit", fr: "Unité" }), typed("", settings.unit ?? "", (unit) => set({ unit })));
  if (shown.type === "number") add(text({ en: "Goal", fr: "Objectif" }), typed("", settings.goal === undefined ? "" : String(settings.goal), (goal) => set({ goal: goal.trim() === "" || Number.isNaN(Number(goal)) ? (undefined as never) : Number(goal) }), "", "number"));
  return form;
}
