// What is suggested after a recipe's steps: each with its reason, to be seen, added or refused; and all that is safe at once.
import { ApiError, call, callJson, explain } from "../../api";
import { formatNumber, text } from "../../language";
import { button, element, icon } from "../sql/parts";
import { types, type Draft, type Recipe } from "./types";

export type Suggestion = { kind: string; columns: string[]; step: Draft; title: string; reason: string; path: string[]; rows: number | null; share: number | null; is_safe: boolean; sureness: number };
type Answered = { suggestions: Suggestion[]; clean: Draft[]; example_count: number; answer_count: number; is_sample: boolean };
type Host = { recipe(): Recipe; add(steps: Draft[]): void; look(step: Draft | undefined): void };

const first = 5;

export class Suggestions {
  readonly room = element("details", "card recipe-suggestions") as HTMLDetailsElement;
  private readonly body = element("div", "recipe-suggested");
  private readonly count = element("span", "tag");
  private asked: AbortController | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private seen: Suggestion | undefined;
  private askedFor = "";
  private isAll = false;

  constructor(private readonly host: Host) {
    const head = element("summary", "card-head");
    const title = element("h2", "", text({ en: "Suggestions", fr: "Suggestions" }));
    head.append(icon("sparkles"), title, element("span", "grow"), this.count);
    this.count.hidden = true;
    this.body.setAttribute("aria-live", "polite");
    this.room.open = true;
    this.room.append(head, this.body);
    this.room.addEventListener("toggle", () => this.room.open && this.ask(0));
  }

  /** Asks for suggestions after a while, when the recipe is another than the one they are for. */
  ask(delay = 600): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.load(), delay);
  }

  stop(): void {
    clearTimeout(this.waiting);
    this.asked?.abort();
  }

  private async load(): Promise<void> {
    const recipe = this.host.recipe();
    const wanted = JSON.stringify([recipe.table, recipe.steps]);
    if (!this.room.open || !recipe.table || wanted === this.askedFor) return;
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    this.body.setAttribute("aria-busy", "true");
    if (this.askedFor === "") this.body.replaceChildren(element("p", "quiet", text({ en: "Looking at the columns…", fr: "Examen des colonnes…" })));
    try {
      const answered = await callJson<Answered>("/api/v1/recipes/suggestions", { method: "POST", body: JSON.stringify({ recipe }), signal: asked.signal });
      this.askedFor = wanted;
      this.seen = undefined;
      this.draw(answered);
    } catch (error) {
      // A step that cannot be done is told above the rows already.
      if (!asked.signal.aborted) this.body.replaceChildren(element("p", "quiet", error instanceof ApiError && error.status < 500 ? text({ en: "Suggestions come back when all steps can be done.", fr: "Les suggestions reviennent quand toutes les étapes sont possibles." }) : explain(error)));
    } finally {
      if (this.asked === asked) this.body.removeAttribute("aria-busy");
    }
  }

  private draw(answered: Answered): void {
    const all = answered.suggestions;
    this.count.textContent = formatNumber(all.length);
    this.count.hidden = all.length === 0;
    const parts: HTMLElement[] = [];
    if (answered.clean.length > 0) {
      const clean = element("div", "recipe-clean");
      clean.append(
        element("p", "soft", text(answered.clean.length === 1 ? { en: "{0} step loses nothing and can be added at once.", fr: "{0} étape ne perd rien et peut être ajoutée d'un coup." } : { en: "{0} steps lose nothing and can be added at once.", fr: "{0} étapes ne perdent rien et peuvent être ajoutées d'un coup." }, answered.clean.length)),
        button(text({ en: "Clean it for me", fr: "Nettoyer pour moi" }), "wand-sparkles", () => this.host.add(answered.clean), "small"),
      );
      parts.push(clean);
    }
    const list = element("ul", "recipe-suggestion-list");
    const shown = this.isAll ? all : all.slice(0, first);
    list.append(...shown.map((one) => this.card(one, answered)));
    if (all.length > 0) parts.push(list);
    else parts.push(element("p", "quiet", text({ en: "Nothing more to suggest for these rows.", fr: "Rien de plus à suggérer pour ces lignes." })));
    if (shown.length < all.length) parts.push(button(text({ en: "Show {0} more", fr: "En voir {0} de plus" }, all.length - shown.length), "chevron-down", () => ((this.isAll = true), this.draw(answered)), "plain small"));
    parts.push(element("p", "quiet recipe-learned", text({ en: "By a decision tree that learned from {0} examples", fr: "Par un arbre de décision qui a appris de {0} exemples" }, formatNumber(answered.example_count)) + (answered.answer_count > 0 ? text(answered.answer_count === 1 ? { en: " and {0} answer of this project.", fr: " et de {0} réponse de ce projet." } : { en: " and {0} answers of this project.", fr: " et de {0} réponses de ce projet." }, formatNumber(answered.answer_count)) : ".")));
    this.body.replaceChildren(...parts);
  }

  private card(one: Suggestion, answered: Answered): HTMLElement {
    const item = element("li", "recipe-suggestion");
    const see = element("button", "step-name") as HTMLButtonElement;
    see.type = "button";
    see.title = text({ en: "See what it would change", fr: "Voir ce qu'elle changerait" });
    see.setAttribute("aria-pressed", String(this.seen === one));
    see.append(icon(types[one.step.type]?.icon ?? "sparkles"), element("b", "", one.title));
    see.addEventListener("click", () => {
      this.seen = this.seen === one ? undefined : one;
      this.draw(answered);
      this.body.querySelectorAll<HTMLElement>(".step-name")[answered.suggestions.indexOf(one)]?.focus();
      this.host.look(this.seen?.step);
    });
    item.classList.toggle("is-seen", this.seen === one);
    const tags = element("div", "recipe-chips");
    tags.append(...one.columns.slice(0, 6).map((column) => element("span", "tag mono", column)));
    if (one.columns.length > 6) tags.append(element("span", "tag", `+${formatNumber(one.columns.length - 6)}`));
    if (one.is_safe) tags.append(element("span", "tag good", text({ en: "loses nothing", fr: "ne perd rien" })));
    const how = document.createElement("details");
    how.append(element("summary", "quiet", `${text({ en: "How the tree decided", fr: "Comment l'arbre a décidé" })} · ${text({ en: "{0}% sure", fr: "sûr à {0} %" }, formatNumber(Math.round(one.sureness * 100)))}`));
    const path = element("ol", "recipe-path");
    path.append(...one.path.map((line) => element("li", "", line)));
    how.append(path);
    const acts = element("div", "line");
    acts.append(
      button(text({ en: "Add", fr: "Ajouter" }), "plus", () => void this.answer(one, true), "small"),
      button(text({ en: "Not useful", fr: "Pas utile" }), "x", () => void this.answer(one, false), "plain small"),
    );
    item.append(see, tags, element("p", "recipe-reason", one.reason), how, acts);
    return item;
  }

  private async answer(one: Suggestion, accepted: boolean): Promise<void> {
    const recipe = this.host.recipe();
    if (accepted) this.host.add([one.step]);
    try {
      await call("/api/v1/recipes/suggestions/answers", { method: "POST", body: JSON.stringify({ recipe, kind: one.kind, columns: one.columns, accepted }) });
    } catch {
      // The step is there all the same; the tree learns nothing this time.
    }
    if (accepted) return;
    if (this.seen === one) this.host.look(undefined);
    this.askedFor = " ";
    this.ask(0);
  }
}
