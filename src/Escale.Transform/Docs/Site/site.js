// The frame: address, language, theme, rail. What is shown is in the address: reload, back and sharing work.
"use strict";
const remember = { get: (key) => { try { return localStorage.getItem("escale-docs-" + key); } catch { return null; } }, set: (key, value) => { try { localStorage.setItem("escale-docs-" + key, value); } catch { /* private browsing */ } } };

function query(values) {
  const kept = Object.entries(values).filter(([, value]) => value);
  return kept.length ? "?" + new URLSearchParams(kept) : "";
}

function route() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").map(decodeURIComponent);
  return { page: parts[0] || "catalogue", id: parts[1], tab: parts[2], query: new URLSearchParams(search || "") };
}

const PAGES = { catalogue: cataloguePage, asset: assetPage, lineage: lineagePage, sources: sourcesPage, tests: testsPage, quarantine: quarantinePage };

function rail(current) {
  const schemas = new Map();
  for (const asset of graph.shown) {
    const group = asset.kind === "warehouse" ? w("warehouse") : asset.table ? asset.table.split(".")[0] : w("ephemeral");
    if (!schemas.has(group)) schemas.set(group, []);
    schemas.get(group).push(asset);
  }
  const rejected = DATA.quarantine.reduce((sum, one) => sum + (one.rows || 0), 0);
  const counts = { catalogue: graph.shown.length, sources: graph.shown.filter((asset) => asset.source).length, tests: DATA.assets.filter((asset) => asset.check).length, quarantine: rejected };
  return h("div", { class: "rail", id: "rail" },
    h("nav", { "aria-label": w("menu") }, Object.keys(PAGES).filter((page) => page !== "asset").map((page) =>
      h("a", { href: "#/" + (page === "catalogue" ? "" : page), "aria-current": page === current.page ? "page" : null }, w(page), counts[page] ? h("span", { class: "muted" }, number(counts[page])) : null))),
    [...schemas].map(([group, assets]) => [h("h2", {}, group), h("ul", {}, assets.sort((a, b) => (title(a) < title(b) ? -1 : 1)).map((asset) =>
      h("li", {}, h("a", { href: link(asset), "aria-current": current.id === asset.id ? "page" : null, title: title(asset) }, dot(asset.kind), h("span", {}, asset.kind === "warehouse" || !asset.table ? asset.name : asset.table.split(".")[1])))))]));
}

function topBar(current) {
  let typing;
  const search = h("input", { class: "search", id: "search", type: "search", placeholder: w("search"), "aria-label": w("search"), value: current.query.get("q") || "", oninput: () => {
    clearTimeout(typing);
    typing = setTimeout(() => { location.hash = "#/" + query({ q: search.value, kind: current.page === "catalogue" ? current.query.get("kind") : "" }); }, 80);
  } });
  const ship = s("svg", { width: 20, height: 20, viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: "M1 10h14l-2 4H3zM7 2h2v7H7zM9 3l4 3-4 2z", fill: "currentColor" }));
  return h("header", { class: "top" },
    h("button", { class: "quiet menu", type: "button", "aria-label": w("menu"), "aria-controls": "rail", onclick: () => document.getElementById("rail").classList.toggle("open") }, "☰"),
    h("a", { class: "brand", href: "#/" }, ship, h("span", {}, DATA.project)), h("span", { class: "grow" }), search, h("span", { class: "grow" }),
    h("button", { class: "quiet", type: "button", lang: state.lang === "fr" ? "en" : "fr", "aria-label": w("language"), onclick: () => { choose("lang", state.lang === "fr" ? "en" : "fr"); } }, w("language").slice(0, 2), h("span", { class: "long" }, w("language").slice(2))),
    h("button", { class: "quiet", type: "button", "aria-label": w("theme") + ": " + w(state.theme === "dark" ? "light" : "dark"), onclick: () => { choose("theme", state.theme === "dark" ? "light" : "dark"); } }, state.theme === "dark" ? "☀ " : "☾ ", h("span", { class: "long" }, w(state.theme === "dark" ? "light" : "dark"))));
}

function choose(key, value) { state[key] = value; remember.set(key, value); show(); }

function show() {
  const current = route();
  const typed = document.activeElement && document.activeElement.id === "search" ? document.activeElement.selectionStart : null;
  const shownBefore = document.querySelector("main");
  const scrolls = { rail: document.getElementById("rail")?.scrollTop ?? 0, main: shownBefore && shownBefore.dataset.page === current.page + current.id ? shownBefore.scrollTop : 0 };
  document.documentElement.lang = state.lang;
  document.documentElement.dataset.theme = state.theme;
  document.getElementById("skip").textContent = w("skip");
  const page = (PAGES[current.page] || cataloguePage)(current);
  const asset = graph.byId.get(current.id);
  document.title = (asset ? title(asset) : w(PAGES[current.page] ? current.page : "catalogue")) + " · " + DATA.project;
  const main = h("main", { id: "main", tabindex: "-1", "data-page": current.page + current.id }, page);
  document.getElementById("app").replaceChildren(h("div", { class: "shell" }, topBar(current), rail(current), main));
  document.getElementById("rail").scrollTop = scrolls.rail;
  main.scrollTop = scrolls.main;
  const focus = main.querySelector(".node.focus");
  if (focus) { const map = focus.closest(".map"); const box = focus.querySelector("rect"); map.scrollLeft = Number(box.getAttribute("x")) - map.clientWidth / 2 + 98; map.scrollTop = Number(box.getAttribute("y")) - map.clientHeight / 2 + 20; }
  if (typed !== null) { const search = document.getElementById("search"); search.focus(); search.setSelectionRange(typed, typed); }
}

state.lang = remember.get("lang") || ((navigator.language || "en").startsWith("fr") ? "fr" : "en");
state.theme = remember.get("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
addEventListener("hashchange", show);
addEventListener("keydown", (event) => {
  if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName))) { event.preventDefault(); document.getElementById("search").focus(); }
});
document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("main").focus(); });
show();
