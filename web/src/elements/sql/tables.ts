// The tables and their columns beside the editor; a click on a column, or on the plus beside a table, writes its name.
import { text } from "../../language";
import type { Names } from "./editor";
import { button, element, icon } from "./parts";

export function drawTables(host: HTMLElement, names: Names, insert: (words: string) => void): void {
  const search = document.createElement("input");
  search.type = "search";
  search.className = "input small";
  search.placeholder = text({ en: "Find a table or column", fr: "Trouver une table ou une colonne" });
  search.setAttribute("aria-label", search.placeholder);
  const list = element("div", "sql-tables");
  const draw = (): void => {
    const wanted = search.value.trim().toLowerCase();
    const found = names.filter((name) => !wanted || name.table.includes(wanted) || name.columns.some((column) => column.name.toLowerCase().includes(wanted)));
    let schema = "";
    list.replaceChildren(...found.flatMap((name) => {
      const [folder, table] = name.table.split(".") as [string, string];
      const heading = folder === schema ? [] : [element("div", "sql-schema quiet", folder)];
      schema = folder;
      return [...heading, tableOf(table, name, wanted, insert)];
    }));
  };
  search.addEventListener("input", draw);
  draw();
  host.replaceChildren(search, list);
}

function tableOf(table: string, name: Names[number], wanted: string, insert: (words: string) => void): HTMLElement {
  const box = element("div", "sql-table");
  const details = document.createElement("details");
  const summary = element("summary", "");
  summary.append(icon("chevron-right"), element("span", "clip", table));
  summary.addEventListener("dblclick", () => insert(name.table));
  const put = button(text({ en: "Write {0}", fr: "Écrire {0}" }, name.table), "plus", () => insert(name.table), "plain small square");
  box.append(details, put);
  const columns = element("div", "sql-columns");
  details.append(summary, columns);
  const fill = (): void => columns.replaceChildren(...name.columns.filter((column) => !wanted || name.table.includes(wanted) || column.name.toLowerCase().includes(wanted)).map((column) => {
    const line = element("button", "") as HTMLButtonElement;
    line.type = "button";
    line.append(element("span", "clip", column.name), element("span", "quiet", column.type.toLowerCase()));
    line.addEventListener("click", () => insert(/^[a-z_][a-z0-9_]*$/.test(column.name) ? column.name : `"${column.name.replaceAll('"', '""')}"`));
    return line;
  }));
  details.addEventListener("toggle", () => details.open && columns.childElementCount === 0 && fill());
  if (wanted && !name.table.includes(wanted)) {
    details.open = true;
    fill();
  }
  return box;
}
