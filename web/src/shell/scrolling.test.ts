import { beforeAll, describe, expect, it, vi } from "vitest";

function box(html: string, inside: number, outside: number): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = html;
  Object.defineProperties(element, { scrollWidth: { value: inside }, clientWidth: { value: outside }, scrollHeight: { value: 10 }, clientHeight: { value: 10 } });
  return element;
}

describe("a box that scrolls", () => {
  let needsFocus: (box: Element) => boolean;
  let showChosen: () => void;
  beforeAll(async () => {
    vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
    ({ needsFocus, showChosen } = await import("./scrolling"));
  });

  it("takes the focus when nothing in it does", () => expect(needsFocus(box("<p>wide</p>", 900, 400))).toBe(true));
  it("leaves it to what is in it", () => expect(needsFocus(box("<a href='/'>wide</a>", 900, 400))).toBe(false));
  it("needs none when all is seen", () => expect(needsFocus(box("<p>small</p>", 400, 400))).toBe(false));

  it("shows what is chosen in its middle", () => {
    document.body.innerHTML = "<nav class='tabs'><a>Grid</a><a aria-current='page'>Start</a></nav>";
    const [strip, chosen] = [document.querySelector(".tabs")!, document.querySelector("[aria-current]")!];
    strip.getBoundingClientRect = () => new DOMRect(10, 0, 300, 20);
    chosen.getBoundingClientRect = () => new DOMRect(400, 0, 60, 20);
    showChosen();
    expect(strip.scrollLeft).toBe(270);
  });
});
