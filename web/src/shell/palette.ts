// Ctrl-K: finds every table, question, dashboard, page and action by a few letters.
import { visit } from "@hotwired/turbo";
import { callJson } from "../api";
import { text } from "../language";

type Found = { kind: string; title: string; detail: string; href: string };

const kinds: Record<string, { en: string; fr: string }> = {
  page: { en: "Page", fr: "Page" },
  action: { en: "Action", fr: "Action" },
  table: { en: "Table", fr: "Table" },
  view: { en: "View", fr: "Vue" },
  transformation: { en: "Transformation", fr: "Transformation" },
  question: { en: "Question", fr: "Question" },
  dashboard: { en: "Dashboard", fr: "Tableau de bord" },
  run: { en: "Run", fr: "Exécution" },
};

let dialog: HTMLDialogElement | undefined;

export function openPalette(): void {
  dialog ??= build();
  if (!dialog.isConnected) document.body.append(dialog);
  if (!dialog.open) dialog.showModal();
  const input = dialog.querySelector("input")!;
  input.select();
  input.dispatchEvent(new Event("input"));
}

function build(): HTMLDialogElement {
  const element = document.createElement("dialog");
  element.className = "palette";
  element.setAttribute("aria-label", text({ en: "Search and commands", fr: "Recherche et commandes" }));
  element.innerHTML = `<input type="search" role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off" spellcheck="false"><ul id="palette-list" role="listbox"></ul><div class="hint"></div>`;
  const input = element.querySelector("input")!;
  const list = element.querySelector("ul")!;
  input.placeholder = text({ en: "Search tables, questions, pages, actions…", fr: "Chercher une table, une question, une page, une action…" });
  input.setAttribute("aria-label", input.placeholder);
  list.setAttribute("aria-label", text({ en: "Results", fr: "Résultats" }));
  element.querySelector(".hint")!.textContent = text({ en: "↑ ↓ to choose · Enter to open · Esc to close", fr: "↑ ↓ pour choisir · Entrée pour ouvrir · Échap pour fermer" });
  let found: Found[] = [];
  let chosen = 0;
  let asked = 0;
  const choose = (index: number): void => {
    chosen = Math.max(0, Math.min(index, found.length - 1));
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", found.length > 0 ? `palette-${chosen}` : "");
  };
  const open = (): void => {
    const target = found[chosen];
    if (!target) return;
    element.close();
    visit(target.href);
  };
  input.addEventListener("input", async () => {
    const turn = ++asked;
    try {
      const answer = await callJson<{ results: Found[] }>(`/api/v1/search?q=${encodeURIComponent(input.value)}`);
      if (turn !== asked) return;
      found = answer.results;
    } catch {
      if (turn !== asked) return;
      found = [];
    }
    list.replaceChildren(...found.map(item));
    if (found.length === 0) {
      const nothing = document.createElement("li");
      nothing.className = "quiet";
      nothing.textContent = text({ en: "Nothing is called that.", fr: "Rien ne porte ce nom." });
      list.append(nothing);
    }
    choose(0);
  });
  const item = (entry: Found, index: number): HTMLLIElement => {
    const line = document.createElement("li");
    line.id = `palette-${index}`;
    line.role = "option";
    const title = document.createElement("span");
    title.textContent = entry.title;
    const detail = document.createElement("span");
    detail.className = "quiet clip grow";
    detail.textContent = entry.detail;
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = kinds[entry.kind] ? text(kinds[entry.kind]!) : entry.kind;
    line.append(title, detail, kind);
    line.addEventListener("pointermove", () => choose(index));
    line.addEventListener("click", open);
    return line;
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") open();
    else if (event.key === "Escape") element.close(); // at once: a search field would take the first press to clear itself
    else return;
    event.preventDefault();
  });
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  return element;
}
