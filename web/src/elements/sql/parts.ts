// Small parts of the page, made by script.
import { base } from "../../api";

export function element(tag: string, className: string, words = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  if (words) made.textContent = words;
  return made;
}

const icons = (): string => document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? `${base}/assets/icons.svg`;

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons()}#${name}`);
  svg.append(use);
  return svg;
}

/** A button with an icon; look: primary, plain, danger, square (the words become its label), bare (in a menu). */
export function button(words: string, sign: string, act: () => void, look = ""): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  if (look !== "bare") made.className = `button ${look}`;
  made.append(icon(sign));
  if (look.includes("square")) {
    made.title = words;
    made.setAttribute("aria-label", words);
  } else {
    made.append(element("span", "words", words));
    if (look === "plain") made.title = words; // where there is no room only the icon is seen
  }
  made.addEventListener("click", act);
  return made;
}

/** A dialog with a form; resolves with its fields when it was sent, null when it was closed. `send` may refuse with words. */
export function ask(title: string, fields: { name: string; label: string; value?: string; hint?: string; area?: boolean; optional?: boolean }[], go: string, cancel: string, send: (values: Record<string, string>) => Promise<string | null>): Promise<Record<string, string> | null> {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    const form = document.createElement("form");
    form.className = "stack card-body";
    form.append(element("h2", "", title));
    for (const field of fields) {
      const label = element("label", "field");
      const input = document.createElement(field.area ? "textarea" : "input");
      input.className = field.area ? "textarea" : "input";
      input.name = field.name;
      input.value = field.value ?? "";
      input.required = !field.optional;
      label.append(element("span", "label-text", field.label), input);
      if (field.hint) label.append(element("span", "hint", field.hint));
      form.append(label);
    }
    const wrong = element("p", "error");
    wrong.setAttribute("role", "alert");
    const line = element("div", "line");
    const sendButton = element("button", "button primary", go) as HTMLButtonElement;
    const closeButton = button(cancel, "x", () => dialog.close(), "plain");
    line.append(sendButton, closeButton);
    form.append(wrong, line);
    let sent: Record<string, string> | null = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
      sendButton.disabled = true;
      wrong.textContent = (await send(values)) ?? "";
      sendButton.disabled = false;
      if (wrong.textContent) return;
      sent = values;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(sent);
    });
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
  });
}
