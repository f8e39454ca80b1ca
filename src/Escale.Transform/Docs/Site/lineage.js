// The graph of assets: which reads which, which column comes from which, and its drawing in layers.
"use strict";
const BOX = { width: 196, head: 40, row: 17, gapX: 64, gapY: 14, pad: 16 };

const graph = (() => {
  const byId = new Map(DATA.assets.map((asset) => [asset.id, asset]));
  const readers = new Map(DATA.assets.map((asset) => [asset.id, []]));
  const up = new Map(), down = new Map(), label = new Map();
  const key = (id, column) => id + "\t" + column.toLowerCase();
  for (const asset of DATA.assets) {
    for (const read of asset.reads) readers.get(read)?.push(asset.id);
    for (const column of asset.columns) {
      const own = key(asset.id, column.name);
      label.set(own, column.name);
      up.set(own, column.from.map((origin) => key(origin.asset, origin.column)));
      for (const origin of column.from) {
        const from = key(origin.asset, origin.column);
        if (!label.has(from)) label.set(from, origin.column);
        if (!down.has(from)) down.set(from, []);
        down.get(from).push(own);
      }
    }
  }
  const reach = (start, edges) => {
    const found = new Set(start), front = [...start];
    while (front.length) for (const next of edges.get(front.pop()) || []) if (!found.has(next)) { found.add(next); front.push(next); }
    return found;
  };
  return {
    byId, readers, key, label, up, down,
    shown: DATA.assets.filter((asset) => !asset.check),
    testsOf: (asset) => readers.get(asset.id).map((id) => byId.get(id)).filter((other) => other.check),
    readersOf: (asset) => readers.get(asset.id).map((id) => byId.get(id)).filter((other) => !other.check),
    usedBy: (asset, column) => (down.get(key(asset.id, column)) || []).map((one) => ({ asset: byId.get(one.split("\t")[0]), column: label.get(one) })),
    around(id) {
      const reads = new Map(DATA.assets.map((asset) => [asset.id, asset.reads]));
      return new Set([...reach([id], reads), ...reach([id], readers)].filter((one) => byId.get(one) && !byId.get(one).check));
    },
    trace: (column) => new Set([...reach([column], up), ...reach([column], down)]),
  };
})();

/** Puts the assets in layers (what is read to the left), orders each layer by its neighbours, and gives each a place. */
function layOut(ids, heightOf) {
  const reads = new Map(), readBy = new Map();
  for (const id of ids) {
    reads.set(id, graph.byId.get(id).reads.filter((read) => ids.has(read)));
    readBy.set(id, graph.readers.get(id).filter((reader) => ids.has(reader)));
  }
  const layer = new Map();
  const depth = (id) => {
    if (!layer.has(id)) { layer.set(id, 0); layer.set(id, Math.max(-1, ...reads.get(id).map(depth)) + 1); }
    return layer.get(id);
  };
  [...ids].forEach(depth);
  // What reads nothing stands beside its first reader, not at the far left.
  for (const id of ids) if (!reads.get(id).length && readBy.get(id).length) layer.set(id, Math.min(...readBy.get(id).map((one) => layer.get(one))) - 1);
  const layers = [];
  for (const id of [...ids].sort()) (layers[layer.get(id)] ??= []).push(id);
  for (let at = 0; at < layers.length; at++) layers[at] ??= [];

  const rank = new Map();
  const number = () => layers.forEach((list) => list.forEach((id, at) => rank.set(id, at / Math.max(1, list.length))));
  number();
  for (let sweep = 0; sweep < 12; sweep++) {
    const edges = sweep % 2 ? readBy : reads;
    for (const list of sweep % 2 ? [...layers].reverse() : layers) {
      const weight = new Map(list.map((id) => {
        const near = edges.get(id).map((one) => rank.get(one));
        return [id, near.length ? near.reduce((a, b) => a + b, 0) / near.length : rank.get(id)];
      }));
      list.sort((a, b) => weight.get(a) - weight.get(b) || (a < b ? -1 : 1));
    }
    number();
  }

  const place = new Map();
  layers.forEach((list, at) => {
    let y = BOX.pad;
    for (const id of list) { place.set(id, { x: BOX.pad + at * (BOX.width + BOX.gapX), y, height: heightOf(id) }); y += heightOf(id) + BOX.gapY; }
  });
  const middle = (id) => place.get(id).y + place.get(id).height / 2;
  for (let sweep = 0; sweep < 16; sweep++) {
    const edges = sweep % 2 ? readBy : reads;
    for (const list of sweep % 2 ? [...layers].reverse() : layers) {
      const wanted = list.map((id) => {
        const near = edges.get(id);
        return near.length ? near.reduce((sum, one) => sum + middle(one), 0) / near.length - place.get(id).height / 2 : place.get(id).y;
      });
      let floor = BOX.pad;
      list.forEach((id, at) => { place.get(id).y = Math.max(floor, wanted[at]); floor = place.get(id).y + place.get(id).height + BOX.gapY; });
      // Too far down: shift the tail up again where there is room.
      let ceiling = Infinity;
      for (let at = list.length - 1; at >= 0; at--) {
        const spot = place.get(list[at]);
        const best = Math.min(ceiling - spot.height - BOX.gapY, Math.max(wanted[at], BOX.pad));
        if (best < spot.y && best >= (at ? place.get(list[at - 1]).y + place.get(list[at - 1]).height + BOX.gapY : BOX.pad)) spot.y = best;
        ceiling = spot.y;
      }
    }
  }
  // Layers keep to a common middle: neighbours pull a long graph askew.
  const extent = (list) => [Math.min(...list.map((id) => place.get(id).y)), Math.max(...list.map((id) => place.get(id).y + place.get(id).height))];
  const full = layers.filter((list) => list.length), centre = full.reduce((sum, list) => sum + extent(list)[0] + extent(list)[1], 0) / (2 * full.length);
  for (const list of full) { const [from, to] = extent(list); for (const id of list) place.get(id).y += (centre - (from + to) / 2) * 0.85; }
  const top = Math.min(...[...place.values()].map((spot) => spot.y)) - BOX.pad;
  for (const spot of place.values()) spot.y -= top;
  return { place, reads, width: Math.max(...[...place.values()].map((spot) => spot.x)) + BOX.width + BOX.pad, height: Math.max(...[...place.values()].map((spot) => spot.y + spot.height)) + BOX.pad };
}

const fit = (text, letters) => (text.length > letters ? text.slice(0, letters - 1) + "…" : text);
const curve = (x1, y1, x2, y2) => `M${x1} ${y1}C${x1 + BOX.gapX * 0.6} ${y1} ${x2 - BOX.gapX * 0.6} ${y2} ${x2} ${y2}`;

/** The drawing. With a traced column, the columns on its way are shown in their boxes and everything else fades. */
function drawLineage(ids, focus, column, onColumn) {
  const traced = column ? graph.trace(column) : new Set();
  const columnsOf = new Map([...ids].map((id) => [id, [...traced].filter((one) => one.startsWith(id + "\t"))]));
  const plan = layOut(ids, (id) => BOX.head + columnsOf.get(id).length * BOX.row + (columnsOf.get(id).length ? 6 : 0));
  const svg = s("svg", { width: plan.width, height: plan.height, viewBox: `0 0 ${plan.width} ${plan.height}`, role: "group", "aria-label": w("lineage") });
  const rowOf = (one) => {
    const [id] = one.split("\t"), spot = plan.place.get(id);
    return spot && { x: spot.x, y: spot.y + BOX.head + columnsOf.get(id).indexOf(one) * BOX.row + 8 };
  };
  for (const [id, reads] of plan.reads) {
    for (const read of reads) {
      const a = plan.place.get(read), b = plan.place.get(id);
      svg.append(s("path", { d: curve(a.x + BOX.width, a.y + BOX.head / 2, b.x, b.y + BOX.head / 2), class: column ? "dim" : focus && (id === focus || read === focus) ? "lit" : null }));
    }
  }
  for (const one of traced) {
    for (const from of graph.up.get(one) || []) {
      const a = rowOf(from), b = rowOf(one);
      if (a && b && traced.has(from)) svg.append(s("path", { d: curve(a.x + BOX.width, a.y, b.x, b.y), class: "lit" }));
    }
  }
  for (const [id, spot] of plan.place) {
    const asset = graph.byId.get(id), own = columnsOf.get(id);
    const box = s("g", { class: "node" + (id === focus ? " focus" : "") + (column && !own.length ? " dim" : "") },
      s("title", {}, title(asset) + (asset.table ? " · " + asset.table : "")),
      s("a", { href: link(asset, "lineage"), "aria-label": w(asset.kind) + " " + title(asset) },
        s("rect", { class: "box", x: spot.x, y: spot.y, width: BOX.width, height: spot.height, rx: 6 }),
        s("rect", { class: "stripe " + asset.kind, x: spot.x, y: spot.y + 6, width: 3, height: spot.height - 12, rx: 1 }),
        s("text", { x: spot.x + 12, y: spot.y + 17 }, fit(title(asset), 25)),
        s("text", { class: "sub", x: spot.x + 12, y: spot.y + 32 }, fit(asset.table && asset.kind !== "warehouse" ? asset.table : w(asset.kind), 32))));
    own.forEach((one, at) => box.append(s("g", { class: "column" + (one === column ? " picked" : ""), role: "button", tabindex: "0",
      onclick: () => onColumn(one), onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); onColumn(one); } } },
      s("text", { x: spot.x + 14, y: spot.y + BOX.head + at * BOX.row + 12 }, fit(graph.label.get(one), 25)))));
    svg.append(box);
  }
  return svg;
}
