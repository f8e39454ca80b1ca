// One value whole, beside the rows.
import { formatNumber, text } from "../language";
import { type Column, long } from "./grid-format";
import { icon } from "./icon";

/** Fills the panel; `close` is called by its own button. */
export function fillPanel(panel: HTMLElement, column: Column, row: number, value: string | null, close: () => void): void {
  panel.hidden = false;
  panel.innerHTML = `<div class="grid-panel-head"><div class="grow"><div class="strong clip"></div><div class="quiet mono clip"></div></div></div><pre tabindex="0"></pre>`;
  const [name, about] = panel.querySelectorAll<HTMLElement>(".clip");
  name!.textContent = column.name;
  about!.textContent = `${column.type.toLowerCase()} · ${text({ en: "row {0}", fr: "ligne {0}" }, formatNumber(row + 1))}`;
  panel.querySelector("pre")!.textContent = value === null ? text({ en: "missing", fr: "manquant" }) : long(value, column);
  const button = (sign: string, label: string, act: () => void): HTMLElement => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "button plain small square";
    element.title = label;
    element.setAttribute("aria-label", label);
    element.append(icon(sign));
    element.addEventListener("click", act);
    return element;
  };
  panel.firstElementChild!.append(
    button("copy", text({ en: "Copy the value", fr: "Copier la valeur" }), () => void navigator.clipboard.writeText(value ?? "")),
    button("x", text({ en: "Close", fr: "Fermer" }), close),
  );
}
