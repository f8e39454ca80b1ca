// Elements, numbers and dates. Text always goes in as text, never as HTML.
"use strict";
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(9)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const state = { lang: "en", theme: "light" };
const w = (key) => WORDS[state.lang][key] ?? key;
const locale = () => (state.lang === "fr" ? "fr-FR" : "en-GB");
const number = (value) => (value === null || value === undefined ? "" : new Intl.NumberFormat(locale()).format(value));
function bytes(value) {
  if (value === null || value === undefined) return "";
  let unit = 0;
  while (value >= 1000 && unit < 4) { value /= 1000; unit++; }
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 }).format(value) + "\u00a0" + w("bytes")[unit];
}
const moment = (value) => (value ? new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(new Date(value)) + " UTC" : "");
const dot = (kind) => h("span", { class: "dot " + kind, "aria-hidden": "true" });
const link = (asset, tab) => "#/asset/" + encodeURIComponent(asset.id) + (tab ? "/" + tab : "");
const title = (asset) => (asset.source ? asset.source + "." + asset.name : asset.name);
const asLink = (asset, text) => h("a", { href: link(asset) }, text || title(asset));

function resultMark(result) {
  const kinds = { ok: ["ok", "✓", "passed"], unchanged: ["ok", "✓", "passed"], warn: ["warn", "!", "warned"], failed: ["bad", "✗", "failed"] };
  const [kind, sign, word] = kinds[result ? result.status : ""] || ["idle", "–", result ? "skipped" : "never"];
  return h("span", { class: "status " + kind }, h("span", { "aria-hidden": "true" }, sign), w(word));
}

function copyable(text) {
  const button = h("button", { class: "quiet copy", type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(text); } catch {
      const area = h("textarea", {}, text); document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
    }
    button.textContent = w("copied"); setTimeout(() => { button.textContent = w("copy"); }, 1500);
  } }, w("copy"));
  return button;
}

const KEYWORDS = new Set(("select from where group by order having limit with recursive as on using join left right full inner outer cross asof semi anti lateral union all except intersect " +
  "distinct case when then else end and or not in is null exists between like ilike cast over partition rows range filter qualify window values interval exclude replace true false asc desc nulls first last").split(" "));
function sql(text) {
  const token = /(--[^\n]*|\/\*[\s\S]*?\*\/|\{#[\s\S]*?#\})|('(?:[^']|'')*')|(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)/g;
  const pre = h("pre", { tabindex: "0" });
  let at = 0;
  for (const found of text.matchAll(token)) {
    pre.append(text.slice(at, found.index));
    at = found.index + found[0].length;
    const kind = found[1] ? "c" : found[2] ? "s" : found[3] || found[4] ? "n" : KEYWORDS.has(found[0].toLowerCase()) ? "k" : null;
    pre.append(kind ? h("span", { class: kind }, found[0]) : found[0]);
  }
  pre.append(text.slice(at));
  return h("div", { class: "code" }, copyable(text), pre);
}

function grid(headers, rows) {
  return h("div", { class: "grid" }, h("table", {},
    h("thead", {}, h("tr", {}, headers.map((name) => h("th", { scope: "col", class: name.startsWith(">") ? "num" : null }, name.replace(/^>/, ""))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, at) => (cell instanceof HTMLTableCellElement ? cell : h("td", { class: headers[at].startsWith(">") ? "num" : null }, cell))))))));
}
