// <escale-profile body="/…/profile/body" api="/api/v1/…/profile">: shows the profile of a sample as soon as it is there, then reads all rows, says how far it
// is, and puts the refined profile in its place; what the reader has opened stays open.
import { base, call, explain } from "../api";

const waitToFind = 200;

class ProfileElement extends HTMLElement {
  #source: EventSource | undefined;
  #gone = new AbortController();
  #finding = 0;

  connectedCallback(): void {
    this.#gone = new AbortController();
    this.addEventListener("click", this.#onClick);
    this.addEventListener("input", this.#onInput);
    void this.#load();
  }

  disconnectedCallback(): void {
    this.#gone.abort();
    this.removeEventListener("click", this.#onClick);
    this.removeEventListener("input", this.#onInput);
    clearTimeout(this.#finding);
    this.#source?.close();
  }

  readonly #onClick = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLButtonElement>(".profile-on button");
    if (button) void this.#columns(Number(button.dataset["from"]), button.closest("p"));
  };

  readonly #onInput = (event: Event): void => {
    if (!(event.target as Element).matches(".profile-find")) return;
    clearTimeout(this.#finding);
    this.#finding = window.setTimeout(() => void this.#columns(0, null), waitToFind);
  };

  /** Adds the next columns in the place of the button, or begins anew with those of a name. */
  async #columns(from: number, place: Element | null): Promise<void> {
    const list = this.querySelector<HTMLElement>(".profile-columns[data-more]");
    if (!list) return;
    const find = this.querySelector<HTMLInputElement>(".profile-find")?.value ?? "";
    try {
      const response = await call(`${list.dataset["more"] ?? ""}?from=${from}&find=${encodeURIComponent(find)}`, { headers: { Accept: "text/html" }, signal: this.#gone.signal });
      const part = new DOMParser().parseFromString(await response.text(), "text/html").body;
      if (place) place.replaceWith(...part.childNodes);
      else if (find === (this.querySelector<HTMLInputElement>(".profile-find")?.value ?? "")) list.replaceChildren(...part.childNodes);
    } catch (error) {
      if (!this.#gone.signal.aborted) this.#fail(explain(error));
    }
  }

  async #load(): Promise<void> {
    try {
      if (await this.#show("")) return;
      await this.#follow();
      await this.#show("?full=true");
    } catch (error) {
      if (!this.#gone.signal.aborted) this.#fail(explain(error));
    }
  }

  /** Puts a profile in place; true when it is of all rows. */
  async #show(query: string): Promise<boolean> {
    const response = await call((this.getAttribute("body") ?? "") + query, { headers: { Accept: "text/html" }, signal: this.#gone.signal });
    const part = new DOMParser().parseFromString(await response.text(), "text/html").body;
    const find = this.querySelector<HTMLInputElement>(".profile-find")?.value ?? "";
    const open = new Set([...this.querySelectorAll("details[open] > summary")].map(nameOf));
    this.replaceChildren(...part.childNodes);
    for (const summary of this.querySelectorAll("details > summary")) {
      if (open.has(nameOf(summary))) summary.parentElement!.toggleAttribute("open", true);
    }
    const box = this.querySelector<HTMLInputElement>(".profile-find");
    if (box && find) {
      box.value = find;
      void this.#columns(0, null);
    }
    return this.querySelector("[data-whole='true']") !== null;
  }

  #follow(): Promise<void> {
    return new Promise((done, failed) => {
      const source = (this.#source = new EventSource(`${base}${this.getAttribute("api") ?? ""}?full=true`));
      source.addEventListener("progress", (event) => {
        const share = (JSON.parse((event as MessageEvent<string>).data) as { share: number }).share;
        const bar = this.querySelector<HTMLProgressElement>(".profile-refining progress");
        if (bar) bar.value = share;
      });
      source.addEventListener("result", () => {
        source.close();
        done();
      });
      source.addEventListener("failed", (event) => {
        source.close();
        failed(new Error((JSON.parse((event as MessageEvent<string>).data) as { message: string }).message));
      });
    });
  }

  #fail(words: string): void {
    const notice = document.createElement("p");
    notice.className = "notice bad lines";
    notice.setAttribute("role", "alert");
    notice.textContent = words;
    const refining = this.querySelector(".profile-refining");
    if (refining) refining.replaceWith(notice);
    else this.replaceChildren(notice);
  }
}

/** What a line is known by, so that it is opened again: its column's name, or its words. */
function nameOf(summary: Element): string {
  return summary.querySelector(".profile-name .mono")?.textContent ?? summary.textContent ?? "";
}

customElements.define("escale-profile", ProfileElement);
