// What the person ran before, to take up again.
import { callJson } from "../../api";
import { formatAge, formatNumber, text } from "../../language";
import { button, element } from "./parts";

type Ran = { sql: string; ran_at: string; elapsed_ms: number; row_count: number; error_code: string | null };

export async function openHistory(take: (sql: string) => void): Promise<void> {
  const dialog = document.createElement("dialog");
  dialog.className = "sql-history";
  const head = element("div", "card-head");
  const search = document.createElement("input");
  search.type = "search";
  search.className = "input";
  search.placeholder = text({ en: "Search what you ran", fr: "Chercher dans ce que vous avez exécuté" });
  search.setAttribute("aria-label", search.placeholder);
  head.append(search, button(text({ en: "Close", fr: "Fermer" }), "x", () => dialog.close(), "plain square"));
  const list = element("div", "sql-history-list");
  const load = async (): Promise<void> => {
    const runs = await callJson<Ran[]>(`/api/v1/sql/history?q=${encodeURIComponent(search.value)}`).catch(() => [] as Ran[]);
    list.replaceChildren(...runs.map((ran) => {
      const entry = element("button", "sql-history-entry") as HTMLButtonElement;
      entry.type = "button";
      const about = `${formatAge(new Date(ran.ran_at))} · ${ran.error_code ?? text({ en: "{0} rows, {1} ms", fr: "{0} lignes, {1} ms" }, formatNumber(ran.row_count), formatNumber(Math.round(ran.elapsed_ms)))}`;
      entry.append(element("pre", "", ran.sql.slice(0, 600)), element("span", "quiet", about));
      entry.addEventListener("click", () => {
        take(ran.sql);
        dialog.close();
      });
      return entry;
    }));
    if (runs.length === 0) list.append(element("p", "empty", text({ en: "Nothing yet: what you run is kept here, for you alone.", fr: "Rien pour l'instant : ce que vous exécutez est gardé ici, pour vous seul." })));
  };
  search.addEventListener("input", () => void load());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(head, list);
  document.body.append(dialog);
  dialog.showModal();
  await load();
}
