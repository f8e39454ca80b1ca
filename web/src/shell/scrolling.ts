const boxes = ".table-box, pre, .card-body.flush";
const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";

/** Whether the keyboard could not scroll it: it holds more than it shows, and nothing in it takes the focus. */
export function needsFocus(box: Element): boolean {
  return (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) && !box.querySelector(focusable);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target instanceof HTMLElement) settle(target);
});

function settle(box: HTMLElement): void {
  const isOurs = box.dataset.scrolls === "";
  if (!isOurs && box.hasAttribute("tabindex")) return;
  if (needsFocus(box)) {
    box.tabIndex = 0;
    box.dataset.scrolls = "";
  } else if (isOurs) {
    box.removeAttribute("tabindex");
    delete box.dataset.scrolls;
  }
}

/** Boxes that scroll get a place in the order of the Tab key for as long as they do. */
export function watchScrolling(): void {
  sizes.disconnect();
  for (const box of document.querySelectorAll<HTMLElement>(boxes)) sizes.observe(box);
}

/** What is chosen comes to the middle of a strip that is too narrow for all: the tab that is open, today in a calendar. */
export function showChosen(): void {
  for (const chosen of document.querySelectorAll(".tabs [aria-current], .calendar-box .today")) {
    const strip = chosen.closest(".tabs, .calendar-box");
    if (!strip) continue;
    const [inner, outer] = [chosen.getBoundingClientRect(), strip.getBoundingClientRect()];
    strip.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  }
}
