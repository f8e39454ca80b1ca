// <escale-drop limit="BYTES" [compact]>: takes files by dropping them anywhere on the page, choosing or address, and goes to the page that follows the upload.
import { base, callJson, explain } from "../api";
import { formatNumber, text } from "../language";
import { icon } from "./icon";
import { begin, keep, type Begun } from "./upload/transfer";

export class DropElement extends HTMLElement {
  #said: HTMLElement | undefined;

  connectedCallback(): void {
    this.replaceChildren();
    this.classList.add("drop");
    const input = document.createElement("input");
    input.type = "file";
    input.hidden = true;
    input.accept = ".csv,.tsv,.txt,.tab,.json,.ndjson,.jsonl,.parquet,.xlsx,.xls,.xlsb,.gz,.zst,.zip";
    input.addEventListener("change", () => input.files?.[0] && void this.#take(input.files[0]));
    const title = document.createElement("p");
    title.className = "drop-title";
    title.append(icon("upload"), document.createTextNode(text({ en: "Drop a file here", fr: "Déposez un fichier ici" })));
    const hint = document.createElement("p");
    hint.className = "quiet";
    hint.textContent = text({ en: "CSV, TSV, Excel, JSON or Parquet, compressed or not. Escale finds out how it is written.", fr: "CSV, TSV, Excel, JSON ou Parquet, compressé ou non. Escale reconnaît comment il est écrit." });
    const choose = document.createElement("button");
    choose.type = "button";
    choose.className = this.hasAttribute("compact") ? "button" : "button primary";
    choose.textContent = text({ en: "Choose a file", fr: "Choisir un fichier" });
    choose.addEventListener("click", () => input.click());
    this.#said = document.createElement("p");
    this.#said.className = "drop-said lines";
    this.#said.setAttribute("role", "status");
    this.append(title, hint, choose, this.#address(), input, this.#said);
    // Beside the box a browser would leave the page for the file.
    document.addEventListener("dragover", this.#over);
    document.addEventListener("dragleave", this.#leave);
    document.addEventListener("drop", this.#drop);
  }

  disconnectedCallback(): void {
    document.removeEventListener("dragover", this.#over);
    document.removeEventListener("dragleave", this.#leave);
    document.removeEventListener("drop", this.#drop);
    this.replaceChildren();
  }

  readonly #over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.classList.add("over");
  };

  readonly #leave = (): void => this.classList.remove("over");

  readonly #drop = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) void this.#take(file);
  };

  #address(): HTMLElement {
    const form = document.createElement("form");
    form.className = "drop-address";
    const input = document.createElement("input");
    input.type = "url";
    input.required = true;
    input.className = "input";
    input.placeholder = "https://…";
    input.setAttribute("aria-label", text({ en: "Address of a file", fr: "Adresse d'un fichier" }));
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = text({ en: "Fetch", fr: "Récupérer" });
    form.append(input, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#fetch(input.value);
    });
    return form;
  }

  async #fetch(url: string): Promise<void> {
    this.#say(text({ en: "Fetching the file…", fr: "Récupération du fichier…" }));
    try {
      this.#go(await callJson<Begun>("/api/v1/uploads/from-address", { method: "POST", body: JSON.stringify({ url }) }));
    } catch (error) {
      this.#say(explain(error), true);
    }
  }

  async #take(file: File): Promise<void> {
    const limit = Number(this.getAttribute("limit") ?? 0);
    if (limit > 0 && file.size > limit) {
      this.#say(text({ en: "This file has {0} MB; {1} MB are allowed. The operator can raise the limit, or put the file into the project's folder.", fr: "Ce fichier a {0} Mo ; {1} Mo sont permis. L'exploitant peut élever la limite, ou mettre le fichier dans le dossier du projet." }, formatNumber(Math.ceil(file.size / 1e6)), formatNumber(Math.floor(limit / 1e6))), true);
      return;
    }
    this.#say(text({ en: "Beginning…", fr: "Préparation…" }));
    try {
      const begun = await begin(file);
      keep(begun.id, file);
      this.#go(begun);
    } catch (error) {
      this.#say(explain(error), true);
    }
  }

  // Turbo keeps this page's scripts, and with them the file that is being read.
  #go(begun: Begun): void {
    const link = document.createElement("a");
    link.href = `${base}/sources/new/${begun.id}`;
    document.body.append(link);
    link.click();
    link.remove();
  }

  #say(words: string, isBad = false): void {
    if (!this.#said) return;
    this.#said.textContent = words;
    this.#said.classList.toggle("bad", isBad);
  }
}

customElements.define("escale-drop", DropElement);
