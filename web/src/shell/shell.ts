// The frame: rail, theme, language, menus, copy buttons, shortcuts. Everything is delegated, so that Turbo may replace the page.
import { visit } from "@hotwired/turbo";
import { text } from "../language";
import { openPalette } from "./palette";
import { chooseTheme, isDark, remember } from "./theme";

export function startShell(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const acting = target?.closest<HTMLElement>("[data-action]");
    if (acting) act(acting);
    closeMenus(target);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    } else if (event.key === "Escape") {
      closeMenus(null);
      document.querySelector(".rail.open")?.classList.remove("open");
    } else if (!isTyping(event) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      followShortcut(event);
    }
  });
}

function act(element: HTMLElement): void {
  const value = element.dataset["value"] ?? "";
  switch (element.dataset["action"]) {
    case "palette":
      openPalette();
      break;
    case "theme":
      chooseTheme(isDark() ? "light" : "dark");
      break;
    case "language":
      remember("escale-language", value);
      location.reload();
      break;
    case "rail-open":
      document.querySelector(".rail")?.classList.toggle("open");
      break;
    case "rail-size": {
      const isSmall = document.documentElement.dataset["rail"] === "small";
      document.documentElement.dataset["rail"] = isSmall ? "" : "small";
      remember("escale-rail", isSmall ? "wide" : "small");
      break;
    }
    case "copy":
      void copy(value || document.getElementById(element.dataset["from"] ?? "")?.textContent || "");
      break;
  }
}

async function copy(value: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
    toast(text({ en: "Copied", fr: "Copié" }));
  } catch {
    toast(text({ en: "The browser does not allow copying here", fr: "Le navigateur ne permet pas de copier ici" }));
  }
}

/** A short message at the bottom that goes away by itself; read aloud by screen readers. */
export function toast(message: string): void {
  let box = document.querySelector(".toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "toasts";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const line = document.createElement("div");
  line.className = "toast";
  line.textContent = message;
  box.append(line);
  setTimeout(() => line.remove(), 3000);
}

// A click beside a menu closes it, and so does choosing something in it; a click into a field of it does not.
function closeMenus(within: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!within || !menu.contains(within) || within.closest(".menu-list :is(a, button)")) menu.open = false;
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return !!target && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || !!target.closest("[role=grid], escale-sql"));
}

// "g" then a letter goes to a room: the rail says which (data-key); "/" searches.
let isGoing = false;
function followShortcut(event: KeyboardEvent): void {
  if (event.key === "/") {
    event.preventDefault();
    openPalette();
  } else if (isGoing) {
    isGoing = false;
    const link = document.querySelector<HTMLAnchorElement>(`.rail [data-key="${CSS.escape(event.key)}"]`);
    if (link) visit(link.href);
  } else if (event.key === "g") {
    isGoing = true;
    setTimeout(() => (isGoing = false), 1200);
  }
}
