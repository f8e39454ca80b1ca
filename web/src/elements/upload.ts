// <escale-upload upload name state length offset>: a dropped file on its way to a table: progress, what was found, questions, preview, name.
import { ApiError, base, call, callJson, explain } from "../api";
import { formatNumber, text } from "../language";
import { icon } from "./icon";
import { columnWords, delimiterName, notes, readAs, type Changes, type Column, type Reading } from "./upload/reading";
import { fileOf, forget, keep, send, timeLeft } from "./upload/transfer";

interface Preview {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly { readonly line: number; readonly values: readonly (string | null)[]; readonly mended?: string }[];
  readonly rejected: readonly { readonly line: number; readonly reason: string; readonly column?: string; readonly text: string }[];
}

interface Made {
  readonly source: string;
  readonly table: string;
  readonly run?: string;
  readonly waiting?: string;
}

const mostRows = 50;
const mostColumns = 40;
const lookEvery = 700;
const mostLooks = 900;

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", words = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (words) element.textContent = words;
  return element;
}

export class UploadElement extends HTMLElement {
  #changes: Changes = {};
  #reading: Reading | undefined;
  #stop: (() => void) | undefined;
  #box = make("div", "stack");
  #below = make("div", "stack");
  #alive = false;

  get #path(): string {
    return `/api/v1/uploads/${this.getAttribute("upload") ?? ""}`;
  }

  connectedCallback(): void {
    this.#alive = true;
    this.classList.add("stack");
    this.replaceChildren(this.#box, this.#below);
    this.#box.setAttribute("aria-live", "polite");
    if (this.getAttribute("state") === "uploading") this.#transfer();
    else void this.#show();
  }

  disconnectedCallback(): void {
    this.#alive = false;
    this.#stop?.();
    this.replaceChildren();
  }

  #transfer(): void {
    const id = this.getAttribute("upload") ?? "";
    const length = Number(this.getAttribute("length"));
    const file = fileOf(id);
    if (!file) {
      this.#askAgain(id, length);
      return;
    }
    const card = make("section", "card card-body stack");
    const bar = make("progress", "upload-progress");
    bar.max = Math.max(1, length);
    bar.setAttribute("aria-label", text({ en: "Upload", fr: "Envoi" }));
    const said = make("p", "quiet");
    const cancel = make("button", "button", text({ en: "Cancel", fr: "Annuler" }));
    cancel.type = "button";
    card.append(make("h2", "", text({ en: "Uploading {0}", fr: "Envoi de {0}" }, file.name)), bar, said, cancel);
    this.#box.replaceChildren(card);
    const begun = performance.now();
    let first = -1;
    const upload = send(
      id,
      file,
      (sent) => {
        if (first < 0) first = sent;
        bar.value = sent;
        const left = timeLeft(begun, first, performance.now(), sent, length);
        said.textContent = text({ en: "{0} of {1} MB", fr: "{0} sur {1} Mo" }, formatNumber(Math.round(sent / 1e5) / 10), formatNumber(Math.round(length / 1e5) / 10)) + (left === null ? "" : text({ en: ", about {0} s left", fr: ", encore {0} s environ" }, formatNumber(left)));
      },
      () => {
        forget(id);
        if (this.#alive) void this.#show();
      },
      (error) => this.#fail(error instanceof ApiError ? explain(error) : text({ en: "The upload stopped: {0}\nWhat came is kept: reload this page to go on.", fr: "L'envoi s'est arrêté : {0}\nCe qui est arrivé est gardé : rechargez cette page pour continuer." }, error.message)),
    );
    this.#stop = () => void upload.abort();
    cancel.addEventListener("click", () => void this.#forget(upload.abort.bind(upload)));
  }

  /** The page was left and found again: the browser does not keep files, so it must be chosen once more; only what is missing is sent. */
  #askAgain(id: string, length: number): void {
    const card = make("section", "card card-body stack");
    const input = make("input");
    input.type = "file";
    input.className = "input";
    input.setAttribute("aria-label", text({ en: "The same file", fr: "Le même fichier" }));
    const said = make("p", "quiet lines");
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (!file) return;
      if (file.size !== length) {
        said.textContent = text({ en: "This is another file, or it has changed: it has {0} bytes instead of {1}. Upload it anew from the page of sources.", fr: "Ce fichier est un autre, ou il a changé : il a {0} octets au lieu de {1}. Envoyez-le à nouveau depuis la page des sources." }, formatNumber(file.size), formatNumber(length));
        return;
      }
      keep(id, file);
      this.#transfer();
    });
    const offset = Number(this.getAttribute("offset"));
    const share = length === 0 ? 0 : Math.floor((100 * offset) / length);
    card.append(
      make("h2", "", text({ en: "This upload is not complete", fr: "Cet envoi n'est pas complet" })),
      make("p", "", text({ en: "{0} % of {1} are here. Choose the same file again: only the rest is sent.", fr: "{0} % de {1} sont là. Choisissez à nouveau le même fichier : seul le reste est envoyé." }, share, this.getAttribute("name") ?? "")),
      input,
      said,
      this.#deleteButton(),
    );
    this.#box.replaceChildren(card);
  }

  #deleteButton(): HTMLElement {
    const button = make("button", "button danger upload-delete", text({ en: "Delete this upload", fr: "Supprimer cet envoi" }));
    button.type = "button";
    button.addEventListener("click", () => void this.#forget(() => undefined));
    return button;
  }

  async #forget(before: () => unknown): Promise<void> {
    await before();
    try {
      await call(this.#path, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } });
      location.assign(`${base}/sources`);
    } catch (error) {
      this.#fail(explain(error));
    }
  }

  #fail(words: string): void {
    const notice = make("div", "notice bad");
    notice.setAttribute("role", "alert");
    notice.append(icon("circle-alert"), make("div", "lines", words));
    this.#box.replaceChildren(notice, this.#deleteButton());
    this.#below.replaceChildren();
  }

  async #show(): Promise<void> {
    if (!this.#reading) this.#box.replaceChildren(make("p", "quiet", text({ en: "Looking at the file…", fr: "Examen du fichier…" })));
    try {
      this.#reading = await callJson<Reading>(`${this.#path}/reading`);
      this.#changes = { ...this.#reading.changes };
      const preview = await callJson<Preview>(`${this.#path}/preview`);
      if (this.#alive) this.#draw(preview);
    } catch (error) {
      if (this.#alive) this.#fail(explain(error));
    }
  }

  async #change(changes: Changes): Promise<void> {
    const next = { ...this.#changes, ...changes, columns: { ...this.#changes.columns, ...changes.columns } };
    this.setAttribute("aria-busy", "true");
    try {
      await call(`${this.#path}/reading`, { method: "PUT", body: JSON.stringify(next) });
      await this.#show();
    } catch (error) {
      this.querySelector(".upload-problem")?.remove();
      const notice = make("div", "notice bad upload-problem");
      notice.setAttribute("role", "alert");
      notice.append(icon("circle-alert"), make("div", "lines", explain(error)));
      this.#box.prepend(notice);
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  #draw(preview: Preview): void {
    const reading = this.#reading!;
    this.#box.replaceChildren(this.#nameForm(reading), ...this.#questions(reading), this.#found(reading), this.#table(preview, reading), ...this.#rejected(preview));
    this.#below.replaceChildren(this.#profile(), this.#deleteButton());
  }

  /** What is in the file, read as it stands above: made anew after each correction. */
  #profile(): HTMLElement {
    const part = make("section", "stack upload-profile");
    const head = make("div", "line");
    const link = make("a", "button", text({ en: "Report to share", fr: "Rapport à partager" }));
    const page = `/sources/new/${this.getAttribute("upload") ?? ""}/profile`;
    link.href = `${base}${page}/report`;
    link.dataset.turbo = "false";
    link.download = "";
    head.append(make("h2", "grow", text({ en: "What is in it", fr: "Ce qu'il contient" })), link);
    const profile = make("escale-profile" as "div");
    profile.setAttribute("body", page);
    profile.setAttribute("api", `${this.#path}/profile`);
    const said = make("p", "quiet", text({ en: "Looking at the values…", fr: "Examen des valeurs…" }));
    said.setAttribute("role", "status");
    profile.append(said, ...Array.from({ length: 5 }, () => make("div", "skeleton profile-line")));
    part.append(head, profile);
    return part;
  }

  #nameForm(reading: Reading): HTMLElement {
    const form = make("form", "card card-body upload-name");
    const label = make("label", "field");
    const input = make("input", "input");
    input.name = "name";
    input.required = true;
    input.maxLength = 63;
    input.pattern = "[A-Za-z_][A-Za-z0-9_]*";
    input.value = reading.suggested_name;
    input.title = text({ en: "Letters without accents, digits and underscores", fr: "Lettres sans accents, chiffres et tirets bas" });
    label.append(make("span", "label-text", text({ en: "Name of the table", fr: "Nom de la table" })), input);
    const button = make("button", "button primary", text({ en: "Create the table", fr: "Créer la table" }));
    const said = make("p", "quiet lines");
    said.setAttribute("role", "status");
    form.append(label, button, said);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#create(input.value, button, said);
    });
    return form;
  }

  async #create(name: string, button: HTMLButtonElement, said: HTMLElement): Promise<void> {
    button.disabled = true;
    said.classList.remove("bad");
    said.textContent = text({ en: "Loading the rows…", fr: "Chargement des lignes…" });
    try {
      const made = await callJson<Made>(`${this.#path}/source`, { method: "POST", body: JSON.stringify({ name }) });
      if (made.run) await this.#follow(made);
      else said.textContent = text({ en: "{0} is written. Another run is under way: the next run loads the table.", fr: "{0} est écrit. Une autre exécution est en cours : la prochaine chargera la table." }, made.source);
    } catch (error) {
      button.disabled = false;
      said.classList.add("bad");
      said.textContent = explain(error);
    }
  }

  /** Waits for the table, then goes to it; to the run when that failed. */
  async #follow(made: Made): Promise<void> {
    for (let look = 0; look < mostLooks && this.#alive; look++) {
      const status = (await callJson<{ run: { status: string } }>(`/api/v1/runs/${made.run}`).catch(() => undefined))?.run.status ?? "running";
      if (status !== "running") {
        location.assign(status === "succeeded" ? `${base}/tables/${made.table}` : `${base}/runs/${made.run}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, lookEvery));
    }
  }

  #questions(reading: Reading): HTMLElement[] {
    return reading.questions.map((question) => {
      const card = make("section", "card card-body stack upload-question");
      const title = make("h2");
      title.append(icon("circle-help"), document.createTextNode(" " + text({ en: "How is {0} to be read?", fr: "Comment lire {0} ?" }, question.column)));
      const about = make("p", "quiet", text({ en: "Its values can be read in two ways, and nothing in the file says which: {0}", fr: "Ses valeurs se lisent de deux façons, et rien dans le fichier ne dit laquelle : {0}" }, question.examples.join(", ")));
      const choices = make("div", "line");
      for (const choice of question.choices) {
        const button = make("button", "button", text({ en: "{0} is {1}", fr: "{0} est {1}" }, question.examples[0] ?? "", readAs(question.examples[0] ?? "", choice)));
        button.type = "button";
        button.title = columnWords(choice);
        button.addEventListener("click", () => void this.#change({ columns: { [question.column]: only(choice) } }));
        choices.append(button);
      }
      const text_ = make("button", "button plain", text({ en: "Keep it as text", fr: "La garder en texte" }));
      text_.type = "button";
      text_.addEventListener("click", () => void this.#change({ columns: { [question.column]: { type: "text" } } }));
      choices.append(text_);
      card.append(title, about, choices);
      return card;
    });
  }

  #found(reading: Reading): HTMLElement {
    const card = make("section", "card");
    const head = make("div", "card-head");
    head.append(make("h2", "", text({ en: "What was found", fr: "Ce qui a été reconnu" })));
    const body = make("div", "card-body stack");
    const fields = make("div", "upload-found");
    if (reading.sheets && reading.sheets.length > 1) {
      const sizes = new Map(reading.sheets.map((sheet) => [sheet.name, text({ en: "{0}: {1} rows, {2} columns", fr: "{0} : {1} lignes, {2} colonnes" }, sheet.name, formatNumber(sheet.rows), formatNumber(sheet.columns))]));
      const evidence = text({ en: "{0} sheets in this file", fr: "{0} feuilles dans ce fichier" }, reading.sheets.length);
      fields.append(this.#select(text({ en: "Sheet", fr: "Feuille" }), { value: reading.sheet ?? "", confidence: reading.changes.sheet ? 1 : 0.7 }, evidence, [...sizes.keys()], (name) => sizes.get(name) ?? name, (sheet) => ({ sheet })));
    }
    if (reading.encoding) {
      const names = ["utf-8", "windows-1252", "iso-8859-15", "iso-8859-1", "utf-16", "ibm850", "macintosh"];
      fields.append(this.#select(text({ en: "Character set", fr: "Jeu de caractères" }), reading.encoding, reading.encoding.evidence, names, (name) => name, (encoding) => ({ encoding })));
    }
    if (reading.delimiter) {
      const share = text({ en: "{0} % of the lines agree", fr: "{0} % des lignes concordent" }, formatNumber(Math.round(Number(reading.delimiter.evidence) * 1000) / 10));
      fields.append(this.#select(text({ en: "Delimiter", fr: "Séparateur" }), reading.delimiter, share, [",", ";", "\t", "|", " "], delimiterName, (delimiter) => ({ delimiter })));
    }
    if (reading.header_rows) {
      fields.append(this.#select(text({ en: "Rows of names", fr: "Lignes d'en-tête" }), { ...reading.header_rows, value: String(reading.header_rows.value) }, reading.header_rows.evidence, ["0", "1", "2", "3"], (count) => count, (count) => ({ header_rows: Number(count), skip_rows: reading.skip_rows ?? 0 })));
    }
    body.append(fields);
    const list = make("ul", "upload-notes");
    for (const note of notes(reading)) list.append(make("li", "", note));
    body.append(list);
    card.append(head, body);
    return card;
  }

  #select(words: string, finding: { value: string; confidence: number }, evidence: string, options: readonly string[], name: (value: string) => string, change: (value: string) => Changes): HTMLElement {
    const label = make("label", "field");
    const select = make("select", "select");
    for (const value of new Set([finding.value, ...options])) {
      const option = make("option", "", name(value));
      option.value = value;
      option.selected = value === finding.value;
      select.append(option);
    }
    select.addEventListener("change", () => void this.#change(change(select.value)));
    const sure = finding.confidence >= 0.9 ? text({ en: "sure", fr: "sûr" }) : finding.confidence >= 0.7 ? text({ en: "likely", fr: "probable" }) : text({ en: "please check", fr: "à vérifier" });
    label.append(make("span", "label-text", words), select, make("span", "hint", [sure, evidence].filter(Boolean).join(" · ")));
    return label;
  }

  #table(preview: Preview, reading: Reading): HTMLElement {
    const card = make("section", "card");
    const head = make("div", "card-head");
    head.append(make("h2", "", text({ en: "The first rows as they will be loaded", fr: "Les premières lignes, comme elles seront chargées" })));
    const box = make("div", "table-box upload-preview");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", text({ en: "Preview", fr: "Aperçu" }));
    const show = (from: number): void => box.replaceChildren(this.#columns(preview, reading, from));
    if (preview.columns.length > mostColumns) head.append(this.#pager(preview.columns.map((column) => column.name), show));
    show(0);
    card.append(head, box);
    return card;
  }

  /** Some columns of the preview, from one on. */
  #columns(preview: Preview, reading: Reading, from: number): HTMLElement {
    const until = Math.min(preview.columns.length, from + mostColumns);
    const known = new Map(reading.columns.map((column) => [column.name, column]));
    const table = make("table", "table");
    const header = make("tr");
    header.append(make("th", "number", text({ en: "Line", fr: "Ligne" })));
    for (const column of preview.columns.slice(from, until)) header.append(this.#columnHead(column, known.get(column.name)));
    const thead = make("thead");
    thead.append(header);
    const tbody = make("tbody");
    for (const row of preview.rows.slice(0, mostRows)) {
      const line = make("tr", row.mended ? "mended" : "");
      line.append(make("td", "number quiet", formatNumber(row.line)));
      row.values.slice(from, until).forEach((value, at) => {
        const isNumber = ["bigint", "integer", "double"].includes(preview.columns[from + at]?.type ?? "");
        line.append(make("td", `${isNumber ? "number " : ""}${value === null ? "quiet" : ""}`, value === null ? "∅" : isNumber && Math.abs(Number(value)) < 1e15 ? formatNumber(Number(value)) : value.slice(0, 120)));
      });
      tbody.append(line);
    }
    table.append(thead, tbody);
    return table;
  }

  /** Goes through many columns, a page at a time or by name. */
  #pager(names: readonly string[], show: (from: number) => void): HTMLElement {
    const bar = make("div", "line upload-pager");
    let from = 0;
    const said = make("span", "quiet");
    said.setAttribute("role", "status");
    const go = (to: number): void => {
      from = Math.max(0, Math.min(to, names.length - 1));
      back.disabled = from === 0;
      on.disabled = from + mostColumns >= names.length;
      said.textContent = text({ en: "Columns {0} to {1} of {2}", fr: "Colonnes {0} à {1} sur {2}" }, formatNumber(from + 1), formatNumber(Math.min(names.length, from + mostColumns)), formatNumber(names.length));
      show(from);
    };
    const step = (name: "chevron-left" | "chevron-right", words: string, by: number): HTMLButtonElement => {
      const button = make("button", "button square");
      button.type = "button";
      button.setAttribute("aria-label", words);
      button.append(icon(name));
      button.addEventListener("click", () => go(from + by));
      return button;
    };
    const back = step("chevron-left", text({ en: "Columns before", fr: "Colonnes précédentes" }), -mostColumns);
    const on = step("chevron-right", text({ en: "Next columns", fr: "Colonnes suivantes" }), mostColumns);
    const find = make("input", "input");
    find.type = "search";
    find.placeholder = text({ en: "Find a column", fr: "Trouver une colonne" });
    find.setAttribute("aria-label", find.placeholder);
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      const at = wanted === "" ? 0 : names.findIndex((name) => name.toLowerCase().includes(wanted));
      if (at >= 0) go(at);
    });
    bar.append(find, back, said, on);
    go(0);
    return bar;
  }

  /** The name, and how it is read: another type is one click away. */
  #columnHead(column: { name: string; type: string }, reading: Column | undefined): HTMLElement {
    const head = make("th");
    head.append(make("div", "upload-column", column.name));
    if (!reading) {
      head.append(make("span", "hint", columnWords({ type: column.type })));
      return head;
    }
    const select = make("select", "select small");
    select.setAttribute("aria-label", text({ en: "Type of {0}", fr: "Type de {0}" }, column.name));
    select.title = columnWords(reading);
    const found = make("option", "", columnWords(reading));
    found.value = "";
    select.append(found);
    for (const [key, choice] of Object.entries(otherTypes)) {
      const option = make("option", "", columnWords(choice));
      option.value = key;
      select.append(option);
    }
    select.addEventListener("change", () => select.value && void this.#change({ columns: { [column.name]: otherTypes[select.value]! } }));
    head.append(select);
    return head;
  }

  #rejected(preview: Preview): HTMLElement[] {
    if (preview.rejected.length === 0) return [];
    const card = make("section", "card");
    const head = make("div", "card-head");
    head.append(make("h2", "", text({ en: "Rows that would be set aside", fr: "Lignes qui seraient mises de côté" })));
    const list = make("ul", "card-body upload-notes");
    for (const row of preview.rejected.slice(0, 20)) {
      list.append(make("li", "", row.reason === "long"
        ? text({ en: "Line {0} is longer than 4 MB", fr: "La ligne {0} dépasse 4 Mo" }, formatNumber(row.line))
        : row.reason === "type"
        ? text({ en: "Line {0}: “{1}” is not of the type of {2}", fr: "Ligne {0} : « {1} » n'est pas du type de {2}" }, formatNumber(row.line), row.text.slice(0, 80), row.column ?? "")
        : text({ en: "Line {0} is not written as the others: {1}", fr: "La ligne {0} n'est pas écrite comme les autres : {1}" }, formatNumber(row.line), row.text.slice(0, 80))));
    }
    card.append(head, list);
    return [card];
  }
}

const only = (column: Column): Partial<Column> => {
  const { type, format, decimal, thousands, unit, null_values } = column;
  return { type, ...(format ? { format } : {}), ...(decimal ? { decimal } : {}), ...(thousands ? { thousands } : {}), ...(unit ? { unit } : {}), ...(null_values?.length ? { null_values } : {}) };
};

const otherTypes: Record<string, Partial<Column>> = {
  text: { type: "text" },
  whole: { type: "bigint" },
  point: { type: "double", decimal: ".", thousands: "," },
  comma: { type: "double", decimal: ",", thousands: "." },
  dayFirst: { type: "date", format: "%d/%m/%Y" },
  monthFirst: { type: "date", format: "%m/%d/%Y" },
  iso: { type: "date" },
  boolean: { type: "boolean" },
};

customElements.define("escale-upload", UploadElement);
