// <escale-refresh part="…">: takes over a part of the page anew every second, as long as the part says so by holding this element.
const pause = 1000;

class RefreshElement extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.#timer = window.setInterval(() => void this.#refresh(), pause);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    const part = this.getAttribute("part") ?? "";
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || !this.isConnected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part);
    const shown = document.getElementById(part);
    if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...document.importNode(fresh, true).childNodes);
  }
}

customElements.define("escale-refresh", RefreshElement);

export {};
