import { beforeAll, describe, expect, it, vi } from "vitest";

function box(html: string, inside: number, outside: number): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = html;
  Object.defineProperties(element, { scrollWidth: { value: inside }, clientWidth: { value: outside }, scrollHeight: { value: 10 }, clientHeight: { value: 10 } });
  return element;
}

describe("a box that scrolls", () => {
  let needsFocus: (box: Element) => boolean;
  beforeAll(async () => {
    vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
    ({ needsFocus } = await import("./scrolling"));
  });

  it("takes the focus when nothing in it does", () => expect(needsFocus(box("<p>wide</p>", 900, 400))).toBe(true));
  it("leaves it to what is in it", () => expect(needsFocus(box("<a href='/'>wide</a>", 900, 400))).toBe(false));
  it("needs none when all is seen", () => expect(needsFocus(box("<p>small</p>", 400, 400))).toBe(false));
});
