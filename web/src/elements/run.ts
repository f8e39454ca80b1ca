// <escale-run run="…" live log>: follows a run by server-sent events. While it runs the server-rendered parts of the page (figures, steps,
// timeline) are asked for again when its state changes; with `log` the lines appear as they are written. Attributes: `from`, the address of another kind of
// run in the API; `only`, the part of its log (a query); `parts`, the ids of the page's parts; `page`, the address that they are asked for at.
import { base } from "../api";
import { formatMoment, text } from "../language";

const mostLines = 20_000;
const least = 700; // ms between two looks at the page's parts

class RunElement extends HTMLElement {
  #source: EventSource | undefined;
  #lines: HTMLElement | undefined;
  #count = 0;
  #sought = "";
  #follow = true;
  #refreshing = 0;

  connectedCallback(): void {
    if (this.hasAttribute("log")) this.#buildLog();
    this.#source = new EventSource(this.#address("events"));
    this.#source.addEventListener("log", (event) => this.#append((event as MessageEvent<string>).data));
    this.#source.addEventListener("run", () => this.#refreshSoon());
    this.#source.addEventListener("end", () => {
      this.#source?.close();
      if (this.hasAttribute("live")) void this.#refresh().then(() => location.reload());
    });
  }

  disconnectedCallback(): void {
    this.#source?.close();
    clearTimeout(this.#refreshing);
    this.replaceChildren();
  }

  #address(what: string): string {
    const from = this.getAttribute("from") ?? `/api/v1/runs/${encodeURIComponent(this.getAttribute("run") ?? "")}`;
    const only = this.getAttribute("only");
    return `${base}${from}/${what}${only ? `?${only}` : ""}`;
  }

  #buildLog(): void {
    const bar = document.createElement("div");
    bar.className = "log-bar";
    const search = document.createElement("input");
    search.type = "search";
    search.className = "input small";
    search.placeholder = text({ en: "Search the log", fr: "Chercher dans le journal" });
    search.setAttribute("aria-label", search.placeholder);
    search.addEventListener("input", () => {
      this.#sought = search.value.toLowerCase();
      for (const line of this.#lines?.children ?? []) this.#sift(line as HTMLElement);
    });
    const download = document.createElement("a");
    download.className = "button small";
    download.href = this.#address("log");
    download.download = `run-${this.getAttribute("run")}.log`;
    download.dataset["turbo"] = "false";
    download.textContent = text({ en: "Download", fr: "Télécharger" });
    bar.append(search, download);
    this.#lines = document.createElement("div");
    this.#lines.className = "log-lines";
    this.#lines.tabIndex = 0;
    this.#lines.setAttribute("role", "log");
    this.#lines.setAttribute("aria-label", text({ en: "Log", fr: "Journal" }));
    this.#lines.addEventListener("scroll", () => {
      const box = this.#lines!;
      this.#follow = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    });
    this.append(bar, this.#lines);
  }

  #append(data: string): void {
    if (!this.#lines) return;
    const fragment = document.createDocumentFragment();
    for (const written of data.split("\n")) {
      if (written.trim() === "") continue;
      const [, moment, words] = /^(\S+Z?\S*)\s\s(.*)$/.exec(written) ?? [undefined, "", written];
      const line = document.createElement("div");
      line.className = /\bfailed\b/.test(words ?? "") ? "log-line bad" : "log-line";
      if (moment) {
        const time = document.createElement("time");
        time.dateTime = moment;
        time.title = formatMoment(new Date(moment));
        time.textContent = moment.slice(11, 23);
        line.append(time);
      }
      const body = document.createElement("span");
      body.textContent = words ?? "";
      line.append(body);
      this.#sift(line);
      fragment.append(line);
      this.#count++;
    }
    this.#lines.append(fragment);
    for (; this.#count > mostLines; this.#count--) this.#lines.firstChild?.remove();
    if (this.#follow) this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  #sift(line: HTMLElement): void {
    line.hidden = this.#sought !== "" && !line.textContent!.toLowerCase().includes(this.#sought);
  }

  #refreshSoon(): void {
    if (!this.hasAttribute("live") || this.#refreshing) return;
    this.#refreshing = window.setTimeout(() => {
      this.#refreshing = 0;
      void this.#refresh();
    }, least);
  }

  // The same page once more; only its frames are taken over, so that scrolling and focus stay.
  async #refresh(): Promise<void> {
    const answer = await fetch(this.getAttribute("page") ?? location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || !this.isConnected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of (this.getAttribute("parts") ?? "run-figures run-steps").split(" ")) {
      const fresh = page.getElementById(id);
      const shown = document.getElementById(id);
      if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...document.importNode(fresh, true).childNodes);
    }
  }
}

customElements.define("escale-run", RunElement);
