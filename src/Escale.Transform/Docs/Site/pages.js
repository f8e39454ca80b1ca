// The pages: catalogue, one asset, lineage, sources, tests, quarantine.
"use strict";

function facts(list) {
  return h("ul", { class: "facts" }, list.filter(([, value]) => value !== "" && value !== null && value !== undefined).map(([name, value]) => h("li", {}, h("b", {}, value), h("span", {}, name))));
}

const kept = (asset) => ({ table: w("tableKept"), view: w("view"), incremental: w("incremental"), ephemeral: w("ephemeral") })[asset.materialized] || "";

function testSummary(asset) {
  const tests = graph.testsOf(asset);
  if (!tests.length) return "";
  const worst = ["failed", "warn"].find((one) => tests.some((test) => test.result && test.result.status === one));
  const run = tests.filter((test) => test.result).length;
  if (!run) return h("span", { class: "muted" }, number(tests.length));
  const passed = tests.filter((test) => test.result && ["ok", "unchanged"].includes(test.result.status)).length;
  return h("span", { class: "status " + (worst === "failed" ? "bad" : worst ? "warn" : "ok") }, (worst === "failed" ? "✗ " : worst ? "! " : "✓ ") + passed + "/" + tests.length);
}

function matches(asset, words) {
  asset.text ??= [asset.name, asset.source, asset.table, asset.description, asset.path, ...asset.tags, ...asset.columns.flatMap((column) => [column.name, column.description])].join(" ").toLowerCase();
  return words.every((word) => asset.text.includes(word));
}

function cataloguePage(route) {
  const words = (route.query.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
  const kind = route.query.get("kind") || "";
  const kinds = [...new Set(graph.shown.map((asset) => asset.kind))];
  const found = graph.shown.filter((asset) => (!kind || asset.kind === kind) && matches(asset, words));
  const total = graph.shown.filter((asset) => asset.lake && asset.lake.rows !== null);
  const to = (value) => "#/" + query({ q: route.query.get("q"), kind: value });
  return h("div", { class: "page" },
    h("h1", {}, DATA.project),
    facts([
      ...(total.length ? [[w("tablesN"), number(total.length)], [w("rows"), number(total.reduce((sum, asset) => sum + asset.lake.rows, 0))],
        [w("size"), bytes(total.reduce((sum, asset) => sum + asset.lake.bytes, 0))]] : []),
      [w("ofTests"), (() => { const run = DATA.assets.filter((asset) => asset.check && asset.result); return run.length ? number(run.filter((asset) => ["ok", "unchanged"].includes(asset.result.status)).length) + " / " + number(DATA.assets.filter((asset) => asset.check).length) : ""; })()],
      [w("rejected"), total.length ? number(DATA.quarantine.reduce((sum, one) => sum + (one.rows || 0), 0)) : ""], [w("generated"), moment(DATA.generatedAt)],
    ]),
    h("h2", {}, w("catalogue")),
    h("div", { class: "filters", role: "group", "aria-label": w("kind") }, ["", ...kinds].map((one) =>
      h("a", { class: "quiet", href: to(one), "aria-current": one === kind ? "page" : null }, one ? w(one) : w("all"), " ", h("span", { class: "muted" }, number(graph.shown.filter((asset) => !one || asset.kind === one).length))))),
    found.length === 0 ? h("p", { class: "empty" }, w("none")) : grid(
      [w("name"), w("table"), w("description"), ">" + w("rows"), ">" + w("size"), w("updated"), w("tests")],
      found.map((asset) => [
        h("td", { class: "nowrap" }, dot(asset.kind), asLink(asset)),
        h("td", { class: "mono nowrap" }, asset.table || h("span", { class: "muted" }, kept(asset))),
        h("td", { class: "wide" }, asset.description, hits(asset, words)),
        asset.lake ? number(asset.lake.rows) : "", asset.lake ? bytes(asset.lake.bytes) : "",
        h("td", { class: "nowrap muted" }, asset.lake ? moment(asset.lake.updatedAt) : asset.table && asset.kind !== "warehouse" ? w("noTable") : ""), testSummary(asset),
      ])));
}

/** The columns that a search found, so that one sees why a table is listed. */
function hits(asset, words) {
  const columns = words.length ? asset.columns.filter((column) => words.some((word) => (column.name + " " + column.description).toLowerCase().includes(word))).slice(0, 6) : [];
  return columns.length ? h("div", {}, columns.map((column) => h("span", { class: "chip mono" }, column.name))) : null;
}

function assetPage(route) {
  const asset = graph.byId.get(route.id);
  if (!asset) return h("div", { class: "page" }, h("p", { class: "empty" }, w("none")));
  const tests = graph.testsOf(asset);
  const tabs = [["columns", w("columns"), asset.columns.length], ["lineage", w("lineage")], ["sql", w("code")], ["tests", w("tests"), tests.length], ["configuration", w("configuration")]]
    .filter(([name]) => (name !== "sql" || asset.sql) && (name !== "columns" && name !== "lineage" && name !== "tests" || !asset.check));
  const tab = tabs.some(([name]) => name === route.tab) ? route.tab : tabs[0][0];
  const lake = asset.lake || {};
  return h("div", { class: "page" },
    h("div", { class: "headline" }, h("h1", {}, title(asset)), h("span", { class: "kind" }, dot(asset.kind), w(asset.kind), kept(asset) ? " · " + kept(asset) : ""),
      asset.tags.map((tag) => h("a", { class: "chip", href: "#/" + query({ q: tag }) }, tag))),
    asset.description ? h("p", { class: "lead" }, asset.description) : null,
    facts([[w("table"), asset.table ? h("span", { class: "mono" }, asset.table) : ""], [w("rows"), number(lake.rows)], [w("size"), bytes(lake.bytes)], [w("files"), number(lake.files)],
      [w("version"), lake.version === null || lake.version === undefined ? "" : String(lake.version)], [w("updated"), moment(lake.updatedAt)], [w("tests"), testSummary(asset)],
      [w("quarantine"), asset.quarantine ? number(asset.quarantine) : ""], asset.check ? [w("last"), resultMark(asset.result)] : ["", ""]]),
    h("nav", { class: "tabs", "aria-label": title(asset) }, tabs.map(([name, text, count]) =>
      h("a", { href: link(asset, name), "aria-current": name === tab ? "page" : null }, text, count ? h("span", { class: "muted" }, " " + count) : null))),
    { columns: columnsTab, lineage: lineageTab, sql: sqlTab, tests: testsTab, configuration: configurationTab }[tab](asset, route, tests));
}

function columnsTab(asset, route, tests) {
  if (!asset.columns.length) return h("p", { class: "empty" }, w("noColumns"));
  const own = tests.filter((test) => !test.column);
  return [grid([w("column"), w("type"), w("description"), w("comesFrom"), w("usedBy"), w("tests")], asset.columns.map((column) => [
    h("td", { class: "mono nowrap" }, h("a", { href: link(asset, "lineage") + query({ column: column.name }), title: w("trace") }, column.name || "…")),
    h("td", { class: "mono muted" }, column.type || ""), h("td", { class: "wide" }, column.description), origins(asset, column),
    graph.usedBy(asset, column.name).map((one) => chip(one.asset, one.column)),
    h("td", { class: "nowrap" }, tests.filter((test) => test.column && test.column.toLowerCase() === column.name.toLowerCase()).map((test) => h("div", {}, h("a", { href: link(test) }, test.testName || test.name), test.result ? [" ", resultMark(test.result)] : null))),
  ])), own.length ? [h("h2", {}, w("tests")), testsTab(asset, route, own)] : null];
}

const chip = (asset, column) => h("a", { class: "chip mono", title: title(asset) + "." + column, href: link(asset, "lineage") + query({ column }) }, title(asset) + "." + column);

function origins(asset, column) {
  if (!asset.traced) return "";
  const partly = column.complete ? null : h("span", { class: "muted" }, column.from.length ? " " + w("partly") : w("unknownOrigin"));
  return [column.from.map((one) => (graph.byId.has(one.asset) ? chip(graph.byId.get(one.asset), one.column) : null)), !column.from.length && column.complete ? h("span", { class: "muted" }, w("constant")) : partly];
}

function lineageTab(asset, route) {
  const column = route.query.get("column");
  const picked = column ? graph.key(asset.id, column) : null;
  // A followed column leaves only what is on its way.
  const ids = picked ? new Set([asset.id, ...[...graph.trace(picked)].map((one) => one.split("\t")[0]).filter((id) => graph.byId.has(id))]) : graph.around(asset.id);
  const go = (one) => { const [id] = one.split("\t"); location.hash = link(graph.byId.get(id), "lineage") + query({ column: graph.label.get(one) }); };
  return [
    h("div", { class: "filters" }, h("label", {}, w("pick") + " ", h("select", { onchange: (event) => { location.hash = link(asset, "lineage") + query({ column: event.target.value }); } },
      h("option", { value: "" }, "–"), asset.columns.filter((one) => one.name).map((one) => h("option", { value: one.name, selected: one.name === column }, one.name)))),
      column ? h("a", { class: "quiet", href: link(asset, "lineage") }, w("clear")) : null),
    h("div", { class: "map", tabindex: "0" }, drawLineage(ids, asset.id, picked, go)),
    legend(),
    h("div", { class: "two" },
      h("div", {}, h("h2", {}, w("reads")), list(asset.reads.map((id) => graph.byId.get(id)).filter(Boolean))),
      h("div", {}, h("h2", {}, w("readBy")), list(graph.readersOf(asset)))),
  ];
}

const list = (assets) => (assets.length ? h("ul", { class: "plain" }, assets.map((asset) => h("li", {}, dotInline(asset), asLink(asset)))) : h("p", { class: "muted" }, w("nothing")));
const dotInline = (asset) => { const one = dot(asset.kind); one.style.cssText = "display:inline-block;margin-right:8px"; return one; };

function legend() {
  return h("div", { class: "legend" }, [...new Set(graph.shown.map((asset) => asset.kind))].map((kind) => h("span", {}, dot(kind), w(kind))), h("span", {}, w("upAndDown")));
}

function sqlTab(asset) {
  return [h("h2", {}, w("written"), asset.path ? h("span", { class: "muted mono" }, "  " + asset.path) : null), sql(asset.sql), asset.compiled && asset.compiled !== asset.sql ? [h("h2", {}, w("compiled")), sql(asset.compiled)] : null];
}

function testsTab(asset, route, tests) {
  return tests.length ? testTable(tests) : h("p", { class: "empty" }, w("noTests"));
}

function testTable(tests) {
  return grid([w("name"), w("column"), w("last"), ">" + w("failures"), w("updated"), w("description")], tests.map((test) => [
    h("td", { class: "wide" }, asLink(test, test.testName || test.name)), h("td", { class: "mono" }, test.column || ""),
    h("td", {}, resultMark(test.result)), test.result && test.result.status !== "ok" ? number(test.result.rows) : "",
    h("td", { class: "nowrap muted" }, test.result ? moment(test.result.at) : ""), h("td", { class: "wide" }, test.description || (test.result && test.result.message) || ""),
  ]));
}

function configurationTab(asset) {
  const rows = [[w("id"), asset.id], [w("file"), asset.path], [w("package"), asset.package], ...Object.entries(asset.config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)])];
  return h("dl", { class: "config" }, rows.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", { class: "mono" }, value)]));
}

function lineagePage() {
  const ids = new Set(graph.shown.map((asset) => asset.id));
  return h("div", { class: "page", style: "max-width:none" }, h("h1", {}, w("lineage")),
    ids.size ? h("div", { class: "map", tabindex: "0", style: "max-height:none" }, drawLineage(ids, null, null, () => {})) : h("p", { class: "empty" }, w("none")), legend());
}

function sourcesPage() {
  const names = [...new Set(graph.shown.filter((asset) => asset.source).map((asset) => asset.source))].sort();
  return h("div", { class: "page" }, h("h1", {}, w("sources")), names.length ? names.map((name) => {
    const tables = graph.shown.filter((asset) => asset.source === name);
    return [h("h2", {}, name, h("span", { class: "muted mono" }, "  " + (tables[0].path || ""))), grid(
      [w("name"), w("table"), w("description"), ">" + w("rows"), ">" + w("rejected"), w("updated"), w("tests")],
      tables.map((asset) => [h("td", { class: "nowrap" }, dot(asset.kind), asLink(asset, asset.name)), h("td", { class: "mono nowrap" }, asset.table || ""), h("td", { class: "wide" }, asset.description),
        asset.lake ? number(asset.lake.rows) : "", number(asset.quarantine || 0), h("td", { class: "nowrap muted" }, asset.lake ? moment(asset.lake.updatedAt) : w("noTable")), testSummary(asset)]))];
  }) : h("p", { class: "empty" }, w("noSources")));
}

function testsPage() {
  const tests = DATA.assets.filter((asset) => asset.check);
  const rank = (test) => ({ failed: 0, warn: 1 })[test.result ? test.result.status : ""] ?? 2;
  const groups = [...new Set(tests.map((test) => test.tested || ""))].sort((a, b) => Math.min(...of(a).map(rank)) - Math.min(...of(b).map(rank)) || (a < b ? -1 : 1));
  function of(id) { return tests.filter((test) => (test.tested || "") === id); }
  return h("div", { class: "page" }, h("h1", {}, w("tests")), DATA.resultsKnown ? null : h("p", { class: "muted" }, w("resultsUnknown")),
    tests.length ? groups.map((id) => [h("h2", {}, graph.byId.has(id) ? asLink(graph.byId.get(id)) : "SQL"), testTable(of(id).sort((a, b) => rank(a) - rank(b)))]) : h("p", { class: "empty" }, w("noTests")));
}

function quarantinePage() {
  return h("div", { class: "page" }, h("h1", {}, w("quarantine")), DATA.quarantine.some((one) => one.rows) ? [h("p", { class: "lead" }, w("whatQuarantine")), h("p", { class: "muted mono" }, "escale quarantine show " + DATA.quarantine[0].table.split(".")[1]), grid(
    [w("table"), w("sourceTable"), ">" + w("rejected"), w("updated")],
    DATA.quarantine.map((one) => [h("td", { class: "mono" }, one.table), one.asset && graph.byId.has(one.asset) ? asLink(graph.byId.get(one.asset)) : "", number(one.rows), h("td", { class: "muted nowrap" }, moment(one.updatedAt))]))] : h("p", { class: "empty" }, w("noQuarantine")));
}
