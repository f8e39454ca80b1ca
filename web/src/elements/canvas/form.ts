// What a tile shows, as a form: its title, its question or SQL or words, its chart, and how the dashboard's filters reach it.
import { callJson } from "../../api";
import { text } from "../../language";
import { settingsForm } from "../builder/settings";
import type { ChartData, ChartSettings } from "../chart/types";
import { difference, withMaps } from "./changes";
import { button, dialog, field, part } from "./dom";
import type { Filter, Tile } from "./types";

/** A changed tile; the dashboard's filters when one of them was bound to another of its columns. */
export type Changed = { tile: Tile; filters?: Filter[] };

const nothing: ChartData = { columns: [], rows: [] };

export function tileForm(tile: Tile, filters: readonly Filter[], data: ChartData | undefined, done: (changed: Changed) => void): void {
  const title = input(tile.title ?? "");
  title.placeholder = tile.asked?.title ?? "";
  const about = input(tile.description ?? "");
  const words = area(tile.text ?? tile.sql ?? "", tile.sql !== undefined);
  const questions = part("select", "select");
  const error = part("p", "error");
  error.setAttribute("role", "alert");
  let chart: ChartSettings = { ...tile.chart };
  const maps = new Map<string, HTMLSelectElement>();
  const fields: Node[] = [];
  if (tile.text === undefined) fields.push(field(text({ en: "Title", fr: "Titre" }), title), field(text({ en: "Description", fr: "Description" }), about));
  if (tile.text !== undefined) fields.push(field(text({ en: "Text", fr: "Texte" }), words, text({ en: "Markdown: # heading, **bold**, - list, [link](/tables).", fr: "Markdown : # titre, **gras**, - liste, [lien](/tables)." })));
  if (tile.sql !== undefined) fields.push(field("SQL", words, text({ en: "One SELECT. Filters apply to the tables that have their column.", fr: "Un SELECT. Les filtres s'appliquent aux tables qui ont leur colonne." })));
  if (tile.question !== undefined) {
    fields.push(field(text({ en: "Question", fr: "Question" }), questions));
    void listQuestions(questions, tile.question);
  }
  if (tile.text === undefined) {
    const settings = part("div");
    // A question says itself how it looks: what is set here goes before.
    const draw = (): void => settings.replaceChildren(settingsForm(data ?? nothing, { ...tile.asked?.chart, ...chart }, (made) => {
      chart = difference(made, tile.asked?.chart ?? {});
      if (document.activeElement instanceof HTMLSelectElement || !settings.contains(document.activeElement)) draw();
    }));
    draw();
    fields.push(part("h3", "", text({ en: "Chart", fr: "Graphique" })), settings);
    if (filters.length > 0) fields.push(part("h3", "", text({ en: "Filters", fr: "Filtres" })), filterChoices(tile, filters, data ?? nothing, maps));
  }
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
        if (about.value.trim()) made.description = about.value.trim();
        else delete made.description;
        if (Object.keys(chart).length > 0) made.chart = chart;
        else delete made.chart;
      }
      if (made.sql === "" || made.question === "" || made.text === "") throw new Error(text({ en: "There is nothing to show yet.", fr: "Il n'y a encore rien à montrer." }));
      const mapped = withMaps(filters, tile.id, maps);
      box.close();
      done(mapped ? { tile: made, filters: mapped } : { tile: made });
    } catch (wrong) {
      error.textContent = wrong instanceof Error ? wrong.message : String(wrong);
    }
  }
}

function filterChoices(tile: Tile, filters: readonly Filter[], data: ChartData, maps: Map<string, HTMLSelectElement>): HTMLElement {
  const form = part("div", "chart-settings");
  for (const filter of filters) {
    const now = filter.map?.[tile.id] ?? "";
    const select = part("select", "select small", [
      new Option(text({ en: "finds its column itself", fr: "trouve sa colonne seul" }), ""), new Option(text({ en: "not for this tile", fr: "pas pour cette tuile" }), "none"),
      ...data.columns.map((column) => new Option(column.name, column.name)),
    ]);
    if (now && now !== "none" && !data.columns.some((column) => column.name === now)) select.append(new Option(now, now));
    select.value = now;
    maps.set(filter.id, select);
    form.append(part("label", "", [part("span", "quiet", filter.title ?? filter.id), select]));
  }
  return form;
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
