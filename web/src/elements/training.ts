// <escale-training run="…">: follows a training by server-sent events. The leaderboard is rendered by the server and taken over into the page when it
// changes, so that scrolling and focus stay; at the end the page shows what came of it.
import { base } from "../api";

const least = 600; // ms between two looks

class TrainingElement extends HTMLElement {
  #source: EventSource | undefined;
  #soon = 0;

  connectedCallback(): void {
    this.#source = new EventSource(`${base}/api/v1/tracking-runs/${encodeURIComponent(this.getAttribute("run") ?? "")}/events${this.getAttribute("until") === "explained" ? "?until=explained" : ""}`);
    // What is worked out after the end changes nothing on the page until it is there; then it takes its place, and what somebody is at goes on.
    if (!this.hasAttribute("until")) this.#source.addEventListener("run", () => {
      this.#soon ||= window.setTimeout(() => {
        this.#soon = 0;
        void this.#refresh();
      }, least);
    });
    this.#source.addEventListener("end", () => {
      this.#source?.close();
      if (this.hasAttribute("until")) void this.#refresh();
      else location.reload();
    });
  }

  disconnectedCallback(): void {
    this.#source?.close();
    clearTimeout(this.#soon);
  }

  async #refresh(): Promise<void> {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || !this.isConnected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("training-live");
    const shown = document.getElementById("training-live");
    if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...document.importNode(fresh, true).childNodes);
  }
}

customElements.define("escale-training", TrainingElement);
