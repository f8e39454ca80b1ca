// The rich surfaces are custom elements whose code is fetched when the first of its kind is on the page.
const loaders: Record<string, () => Promise<unknown>> = {};

/** Says where an element's code is: register("escale-grid", () => import("./elements/grid")). */
export function register(name: string, load: () => Promise<unknown>): void {
  loaders[name] = load;
}

function look(root: ParentNode): void {
  for (const name of Object.keys(loaders)) {
    if (!customElements.get(name) && root.querySelector(name)) {
      const load = loaders[name]!;
      delete loaders[name];
      void load();
    }
  }
}

export function watchElements(): void {
  look(document);
  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length > 0)) look(document);
  }).observe(document.documentElement, { childList: true, subtree: true });
}
