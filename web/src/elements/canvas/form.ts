// What a tile shows, as a form: its title, its question or SQL or words, its chart.
import { callJson } from "../../api";
import { text } from "../../language";
import { chartTypes, type ChartSettings } from "../chart/types";
import { button, dialog, field, part } from "./dom";
import type { Tile } from "./types";

const names: Record<string, string> = {
  auto: text({ en: "As suits the data", fr: "Selon les données" }),
  table: text({ en: "Table", fr: "Tableau" }), number: text({ en: "Number", fr: "Nombre" }), line: text({ en: "Line", fr: "Courbe" }), area: text({ en: "Area", fr: "Aire" }),
  bar: text({ en: "Bars", fr: "Barres" }), row: text({ en: "Rows", fr: "Barres couchées" }), combo: text({ en: "Bars and line", fr: "Barres et courbe" }), scatter: text({ en: "Scatter", fr: "Nuage de points" }),
  histogram: text({ en: "Histogram", fr: "Histogramme" }), box: text({ en: "Box plot", fr: "Boîtes à moustaches" }), heatmap: text({ en: "Heat map", fr: "Carte de chaleur" }), pie: text({ en: "Pie", fr: "Camembert" }),
  funnel: text({ en: "Funnel", fr: "Entonnoir" }), waterfall: text({ en: "Waterfall", fr: "Cascade" }), sankey: text({ en: "Flows", fr: "Flux" }), pivot: text({ en: "Pivot", fr: "Tableau croisé" }), map: text({ en: "Map", fr: "Carte" }),
};

export function tileForm(tile: Tile, done: (tile: Tile) => void): void {
  const title = input(tile.title ?? "");
  const words = area(tile.text ?? tile.sql ?? "", tile.sql !== undefined);
  const questions = part("select", "select");
  const chart = part("select", "select", ["auto", ...chartTypes].map((type) => new Option(names[type] ?? type, type)));
  chart.value = tile.chart?.type ?? "auto";
  const unit = input(tile.chart?.unit ?? "");
  const error = part("p", "error");
  error.setAttribute("role", "alert");
  const fields: Node[] = [];
  if (tile.text === undefined) fields.push(field(text({ en: "Title", fr: "Titre" }), title));
  if (tile.text !== undefined) fields.push(field(text({ en: "Text", fr: "Texte" }), words, text({ en: "Markdown: # heading, **bold**, - list, [link](/tables).", fr: "Markdown : # titre, **gras**, - liste, [lien](/tables)." })));
  if (tile.sql !== undefined) fields.push(field("SQL", words, text({ en: "One SELECT. Filters apply to the tables that have their column.", fr: "Un SELECT. Les filtres s'appliquent aux tables qui ont leur colonne." })));
  if (tile.question !== undefined) {
    fields.push(field(text({ en: "Question", fr: "Question" }), questions));
    void listQuestions(questions, tile.question);
  }
  if (tile.text === undefined) fields.push(field(text({ en: "Chart", fr: "Graphique" }), chart), field(text({ en: "Unit", fr: "Unité" }), unit));
  const keep = button(text({ en: "Apply", fr: "Appliquer" }), () => void finish(), { className: "primary" });
  const box = dialog(tile.text === undefined ? text({ en: "Tile", fr: "Tuile" }) : text({ en: "Text", fr: "Texte" }), [...fields, error, part("div", "line end", [keep])], text({ en: "Close", fr: "Fermer" }));

  async function finish(): Promise<void> {
    const made: Tile = { ...tile, at: tile.at };
    try {
      if (tile.text !== undefined) {
        made.text = words.value;
        made.html = (await callJson<{ html: string }>("/api/v1/dashboards/markdown", { method: "POST", body: JSON.stringify({ text: words.value }) })).html;
      } else {
        if (tile.sql !== undefined) made.sql = words.value;
        if (tile.question !== undefined) {
          made.question = questions.value;
          if (questions.value) made.asked = await callJson<NonNullable<Tile["asked"]>>(`/api/v1/questions/${encodeURIComponent(questions.value)}`);
        }
        if (title.value.trim()) made.title = title.value.trim();
        else delete made.title;
        const settings: ChartSettings = { ...tile.chart };
        if (chart.value === "auto") delete settings.type;
        else settings.type = chart.value as NonNullable<ChartSettings["type"]>;
        if (unit.value.trim()) settings.unit = unit.value.trim();
        else delete settings.unit;
        if (Object.keys(settings).length > 0) made.chart = settings;
        else delete made.chart;
      }
      if (made.sql === "" || made.question === "" || made.text === "") throw new Error(text({ en: "There is nothing to show yet.", fr: "Il n'y a encore rien à montrer." }));
      box.close();
      done(made);
    } catch (wrong) {
      error.textContent = wrong instanceof Error ? wrong.message : String(wrong);
    }
  }
}

function input(value: string): HTMLInputElement {
  const element = part("input", "input");
  element.value = value;
  return element;
}

function area(value: string, isCode: boolean): HTMLTextAreaElement {
  const element = part("textarea", `textarea${isCode ? " mono" : ""}`);
  element.rows = isCode ? 12 : 8;
  element.value = value;
  element.spellcheck = !isCode;
  return element;
}

async function listQuestions(select: HTMLSelectElement, chosen: string): Promise<void> {
  try {
    const questions = await callJson<{ id: string; title: string }[]>("/api/v1/questions");
    select.replaceChildren(...questions.map((question) => new Option(question.title, question.id, false, question.id === chosen)));
  } catch {
    select.replaceChildren();
  }
}
