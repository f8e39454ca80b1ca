// The menu of a column, and a part of a recipe as code.
import { text } from "../../language";
import { toast } from "../../shell/shell";
import { button, element } from "../sql/parts";
import { types, type Column } from "./types";

/** What can be done with a column: the steps that suit what it holds. */
export function columnMenu(room: HTMLElement, column: Column, at: HTMLElement, add: (type: string) => void): void {
  room.querySelector(".recipe-column-menu")?.remove();
  const menu = element("div", "menu-list recipe-column-menu");
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", column.name);
  const close = (): void => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    at.focus();
  };
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) close();
  };
  for (const [name, type] of Object.entries(types)) {
    if (type.group === "tables" || ["edit", "sample", "merge", "derive"].includes(name) || (type.suits && !type.suits.includes(column.kind))) continue;
    const item = button(text(type.words), type.icon, () => {
      close();
      add(name);
    }, "bare");
    item.setAttribute("role", "menuitem");
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll<HTMLElement>("button")];
    const here = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") items[(here + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(here - 1 + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  room.append(menu);
  const box = at.getBoundingClientRect();
  const around = room.getBoundingClientRect();
  menu.style.setProperty("left", `${Math.max(0, Math.min(box.left - around.left, around.width - menu.offsetWidth - 8))}px`);
  menu.style.setProperty("top", `${box.bottom - around.top + 4}px`);
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
}

/** A text with its title and a button to copy it. */
export function codePart(title: string, words: string): HTMLElement {
  const box = element("div", "stack-s");
  const top = element("div", "spread");
  top.append(element("span", "label-text", title), button(text({ en: "Copy", fr: "Copier" }), "copy", () => void navigator.clipboard.writeText(words).then(() => toast(text({ en: "Copied", fr: "Copié" }))), "plain small"));
  const pre = element("pre", "", words);
  pre.tabIndex = 0;
  box.append(top, pre);
  return box;
}
