// Icons of the sprite for what scripts make; its address stands in the page already.
import { base } from "../api";

/** An icon by its name in icons.json. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  const known = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0] ?? `${base}/assets/icons.svg`;
  use.setAttribute("href", `${known}#${name}`);
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}
