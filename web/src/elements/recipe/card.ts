// A step of a recipe as it stands in the list at the left.
import { text } from "../../language";
import { button, element, icon } from "../sql/parts";
import { types, type Step } from "./types";

export interface Place {
  at: number;
  isLast: boolean;
  isSeen: boolean;
  isBeyond: boolean;
  isOpen: boolean;
  look(): void;
  move(to: number): void;
  receive(from: number): void;
  change(what: "switch" | "copy" | "delete"): void;
}

/** The button with which a step, or the table itself, is looked at. */
export function seeButton(isSeen: boolean, sign: string, words: string, look: () => void): HTMLButtonElement {
  const see = element("button", "step-name") as HTMLButtonElement;
  see.type = "button";
  see.setAttribute("aria-current", String(isSeen));
  see.title = text({ en: "Show what this step does", fr: "Voir ce que fait cette étape" });
  see.append(icon(sign), element("b", "", words));
  see.addEventListener("click", look);
  return see;
}

export function stepCard(step: Step, place: Place): HTMLElement {
  const { at } = place;
  const type = types[step.type] ?? { words: { en: step.type, fr: step.type }, icon: "circle-help" };
  const item = element("li", "card step recipe-step");
  item.classList.toggle("is-off", Boolean(step.disabled));
  item.classList.toggle("is-seen", place.isSeen);
  item.classList.toggle("beyond", place.isBeyond);
  const head = element("div", "step-head");
  const see = seeButton(place.isSeen, type.icon, text(type.words), () => place.look());
  see.setAttribute("aria-expanded", String(place.isOpen));
  see.addEventListener("keydown", (event) => {
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      place.move(at + (event.key === "ArrowUp" ? -1 : 1));
    }
  });
  head.append(see, element("span", "quiet step-count"), element("span", "grow"), menuOf(step, place));
  makeDraggable(item, head, place);
  item.append(head);
  const about = step.note || summary(step);
  if (about) item.append(element("div", "quiet recipe-about", about));
  return item;
}

function menuOf(step: Step, place: Place): HTMLElement {
  const { at } = place;
  const more = document.createElement("details");
  more.className = "menu";
  const head = element("summary", "button plain small square");
  head.append(icon("ellipsis"));
  head.setAttribute("aria-label", text({ en: "More for step {0}", fr: "Plus pour l'étape {0}" }, at + 1));
  const menu = element("div", "menu-list");
  const put = (words: string, sign: string, act: () => void): void => menu.append(button(words, sign, () => ((more.open = false), act()), "bare"));
  put(step.disabled ? text({ en: "Switch on", fr: "Activer" }) : text({ en: "Switch off", fr: "Désactiver" }), step.disabled ? "eye" : "eye-off", () => place.change("switch"));
  if (at > 0) put(text({ en: "Move up (Alt ↑)", fr: "Monter (Alt ↑)" }), "arrow-up", () => place.move(at - 1));
  if (!place.isLast) put(text({ en: "Move down (Alt ↓)", fr: "Descendre (Alt ↓)" }), "arrow-down", () => place.move(at + 1));
  put(text({ en: "Copy the step", fr: "Copier l'étape" }), "copy", () => place.change("copy"));
  put(text({ en: "Delete", fr: "Supprimer" }), "trash-2", () => place.change("delete"));
  more.append(head, menu);
  return more;
}

function summary(step: Step): string {
  const of = step["columns"] ?? step["column"] ?? step["into"] ?? step["keys"] ?? step["table"] ?? Object.keys((step["names"] as object | undefined) ?? {});
  return Array.isArray(of) ? of.map(String).join(", ") : String(of ?? "");
}

function makeDraggable(item: HTMLElement, head: HTMLElement, place: Place): void {
  head.draggable = true;
  head.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/escale-step", String(place.at)));
  item.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("text/escale-step")) event.preventDefault();
  });
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    place.receive(Number(event.dataTransfer?.getData("text/escale-step") || place.at));
  });
}
