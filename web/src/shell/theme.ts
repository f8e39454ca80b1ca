// Light or dark as the system, unless the reader chose: the choice is in a cookie, so that the server sends it and nothing flashes.
const system = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now: for what draws on a canvas. */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : system.matches;
}

export function chooseTheme(theme: "light" | "dark"): void {
  remember("escale-theme", theme);
  document.documentElement.dataset["theme"] = theme;
  announce();
}

export function remember(name: string, value: string): void {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}

/** Told whenever light turns to dark or back. */
export function onTheme(listener: () => void, signal?: AbortSignal): void {
  document.addEventListener("escale:theme", listener, signal ? { signal } : {});
}

const announce = (): boolean => document.dispatchEvent(new CustomEvent("escale:theme"));
system.addEventListener("change", announce);
