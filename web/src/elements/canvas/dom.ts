// Small parts of the canvas.
import { base } from "../../api";

/** An element with a class and words or children. */
export function part<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", content: string | (Node | string)[] = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (typeof content === "string") element.textContent = content;
  else element.append(...content);
  return element;
}

/** An icon of the sprite that the page's own icons come from. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg.namespaceURI, "use");
  const sprite = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0] ?? base;
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg as SVGSVGElement;
}

/** A button with an icon and words; without words the label is for screen readers and on hover. */
export function button(words: string, act: () => void, options: { icon?: string; className?: string; bare?: boolean } = {}): HTMLButtonElement {
  const element = part("button", `button ${options.className ?? ""}${options.bare ? " square" : ""}`.trim(), [...(options.icon ? [icon(options.icon)] : []), ...(options.bare ? [] : [words])]);
  element.type = "button";
  if (options.bare) {
    element.title = words;
    element.setAttribute("aria-label", words);
  }
  element.addEventListener("click", act);
  return element;
}

/** A menu that closes when something in it is chosen, on Escape and on a click elsewhere. */
export function menu(label: string, items: readonly (readonly [words: string, icon: string, act: () => void])[], name = "ellipsis"): HTMLDetailsElement {
  const box = part("details", "menu");
  const open = part("summary", "button plain small square", [icon(name)]);
  open.setAttribute("aria-label", label);
  open.title = label;
  const list = part("div", "menu-list");
  for (const [words, picture, act] of items) {
    const item = part("button", "", [icon(picture), words]);
    item.type = "button";
    item.addEventListener("click", () => {
      box.open = false;
      act();
    });
    list.append(item);
  }
  box.append(open, list);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.open) {
      event.stopPropagation();
      box.open = false;
      open.focus();
    }
  });
  box.addEventListener("focusout", (event) => {
    if (box.open && leaves(event, box)) box.open = false;
  });
  return box;
}

/** Whether the focus goes elsewhere. A press on the words of a box gives it to what holds the box, which is no leaving: to close it then would take the words away under the pointer. */
export const leaves = (event: FocusEvent, box: Element): boolean => event.relatedTarget instanceof Node && !box.contains(event.relatedTarget) && !event.relatedTarget.contains(box);

/** A dialog with a heading, a way out, and what is in it. Gone from the page when it closes. */
export function dialog(title: string, content: (Node | string)[], closeWords: string): HTMLDialogElement {
  const box = part("dialog", "canvas-dialog");
  const head = part("div", "card-head", [part("h2", "", title), button(closeWords, () => box.close(), { icon: "x", className: "plain small", bare: true })]);
  box.append(head, part("div", "card-body stack", content));
  box.setAttribute("aria-label", title);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/** A labelled field. */
export function field(label: string, input: HTMLElement, hint = ""): HTMLElement {
  const words = part("label", "label-text", label);
  input.id ||= `field-${Math.random().toString(36).slice(2)}`;
  words.htmlFor = input.id;
  const box = part("div", "field", [words, input]);
  if (hint) box.append(part("span", "hint", hint));
  return box;
}
