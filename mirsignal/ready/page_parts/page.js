"use strict";
// The page of a prediction: a table of genes, and the sites of the one that is opened.
// Data come as gzip of JSON, one block per miRNA, and are unpacked when they are needed.

const TYPES = ["8mer", "7mer-m8", "7mer-A1", "6mer", "scanned"];
const COLOURS = { "8mer": "#d55e00", "7mer-m8": "#0072b2", "7mer-A1": "#009e73", "6mer": "#999999", scanned: "#cc79a7" };
// Squares below a 3' UTR: the darker, the higher.
const STRIPS = [
  { key: "accessibility", label: "accessible", share: (log10) => 1 + log10 / 3 },
  { key: "p", label: "P(binding)", share: (p) => p },
];
const GROUPS = {
  guide_utr: "3' UTR", guide_orf: "reading frame",
  passenger_utr: "passenger, 3' UTR", passenger_orf: "passenger, reading frame",
};
const STATUS = ["sites", "no site", "not scanned", "full match"];
const COMPLEMENT = { A: "U", U: "A", G: "C", C: "G" };
const about = JSON.parse(document.getElementById("about-data").textContent);
const byId = (id) => document.getElementById(id);
const shown = (value, digits) => (value === null ? "–" : value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1"));
const PRINTED = 200; // genes on paper, the first of those that are shown
let table = null;
let current = null;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

async function unpack(number) {
  const text = byId("mirna-" + number).textContent.trim();
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

async function choose(number) {
  const data = await unpack(number);
  current = data;
  data.ofGene = new Map();
  data.sites.gene.forEach((gene, at) => {
    if (!data.ofGene.has(gene)) data.ofGene.set(gene, []);
    data.ofGene.get(gene).push(at);
  });
  byId("guide").textContent = "5' " + data.strands[0] + " 3'";
  const counts = [0, 0, 0, 0];
  data.genes.status.forEach((status) => { counts[status] += 1; });
  byId("summary").textContent =
    `${counts[0].toLocaleString()} of ${data.genes.id.length.toLocaleString()} genes have sites of ` +
    `${data.mirna}` + (counts[2] ? `; ${counts[2].toLocaleString()} have no 3' UTR long enough` : "") +
    (counts[3] ? `; ${counts[3].toLocaleString()} pair fully and are cleaved, which is not predicted` : "") + ".";
  byId("gene").replaceChildren();
  fill(data);
}

function fill(data) {
  const genes = data.genes;
  const rows = genes.id.map((id, at) => ({
    at, id, name: genes.name ? genes.name[at] : id, predicted: genes.predicted[at],
    low: genes.low[at], high: genes.high[at], rank: genes.rank[at],
    status: STATUS[genes.status[at]],
    n_8mer: genes.counts[0][at], n_7mer_m8: genes.counts[1][at],
    n_7mer_A1: genes.counts[2][at], n_6mer: genes.counts[3][at], n_orf: genes.counts[4][at],
  }));
  rows.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  if (table) { table.setData(rows).then(filter); return; }
  const number = (digits) => (cell) => shown(cell.getValue(), digits);
  const open = (cell) => element("button", {
    type: "button", class: "plain", onclick: () => openGene(cell.getData().at),
  }, cell.getValue());
  const column = (title, field, extra) => ({ title, field, ...extra });
  const right = { hozAlign: "right", sorter: "number", minWidth: 84 };
  const count = { ...right, headerSortStartingDir: "desc" };
  table = new Tabulator("#genes", {
    data: rows, height: "26rem", layout: "fitColumns", index: "at", columnDefaults: { headerWordWrap: true },
    placeholder: "No gene matches",
    printAsHtml: true, printStyled: false,
    printRowRange: () => table.getRows("active").slice(0, PRINTED),
    columns: [
      column("Rank", "rank", { ...right, width: 80, formatter: number(0) }),
      column("Gene", "name", { formatter: open, minWidth: 170 }),
      column("log2 fold change", "predicted", { ...right, formatter: number(3), minWidth: 120 }),
      column("95% from", "low", { ...right, formatter: number(2) }),
      column("to", "high", { ...right, formatter: number(2) }),
      column("8mer", "n_8mer", count), column("7mer-m8", "n_7mer_m8", count),
      column("7mer-A1", "n_7mer_A1", count), column("6mer", "n_6mer", count),
      column("in frame", "n_orf", count), column("Status", "status", { minWidth: 90 }),
    ],
  });
  table.on("tableBuilt", () => { filter(); sortByKeyboard(); document.body.dataset.ready = "true"; });
  table.on("dataFiltered", (_, kept) => {
    byId("shown").textContent = `${kept.length.toLocaleString()} genes shown`;
  });
}

function sortByKeyboard() {
  byId("genes").setAttribute("aria-label", "Genes and their predictions");
  for (const column of table.getColumns()) {
    const head = column.getElement();
    head.tabIndex = 0;
    head.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      const now = table.getSorters()[0];
      const turned = now && now.field === column.getField() && now.dir === "asc";
      table.setSort(column.getField(), turned ? "desc" : "asc");
    });
  }
}

function filter() {
  const wanted = byId("search").value.trim().toLowerCase();
  const only = byId("with-sites").checked;
  table.setFilter((row) => (!only || row.status === "sites" || row.status === "full match") &&
    (!wanted || row.name.toLowerCase().includes(wanted) || row.id.toLowerCase().includes(wanted)));
}

function openGene(at) {
  const data = current, genes = data.genes, place = byId("gene");
  const own = (data.ofGene.get(at) || []).slice().sort((a, b) => data.sites.effect[a] - data.sites.effect[b]);
  const name = genes.name ? genes.name[at] : genes.id[at];
  const parts = [element("h2", {}, name + (name === genes.id[at] ? "" : ` (${genes.id[at]})`))];
  const predicted = genes.predicted[at];
  parts.push(element("p", {}, genes.status[at] === 3 ? "Pairs fully with the miRNA: the mRNA is cleaved, which is not predicted." :
    predicted === null ? "Not scanned: no 3' UTR is long enough to hold a site." :
    `Predicted log2 fold change ${shown(predicted, 3)}; 95% of measured ones lie from ` +
    `${shown(genes.low[at], 2)} to ${shown(genes.high[at], 2)}. Rank ${genes.rank[at]} of ${genes.id.length.toLocaleString()}.`));
  const withSites = [...new Set(own.map((site) => data.sites.transcript[site]))];
  const transcripts = withSites.length || predicted === null ? withSites : about.of_gene[genes.id[at]].slice(0, 3);
  if (!own.length && predicted !== null) parts.push(element("p", {}, "No site of this miRNA."));
  for (const transcript of transcripts) parts.push(...drawTranscript(transcript, own));
  if (own.length) {
    parts.push(element("h3", {}, "Sites, strongest first"), sitesTable(own));
    parts.push(element("p", { class: "caption" }, about.caption_sites));
    for (const site of own) parts.push(describeSite(site));
    parts.push(element("p", { class: "tools" },
      element("button", { type: "button", onclick: () => saveSites(name, own) }, "Download these sites (TSV)")));
  }
  place.replaceChildren(...parts);
  place.focus();
  place.scrollIntoView({ block: "start" });
}

function drawTranscript(transcript, own) {
  const data = current, length = about.lengths[transcript], width = 1000, base = 88;
  const strips = STRIPS.filter((one) => data.sites[one.key] && own.some((s) => data.sites[one.key][s] !== null));
  const height = 132 + 14 * strips.length, left = strips.length ? 92 : 10;
  const x = (nt) => left + (nt / length) * (width - 10 - left);
  const inUtr = own.filter((s) => data.sites.transcript[s] === transcript && data.sites.group[s].endsWith("utr"));
  const strongest = Math.max(1e-9, ...own.filter((s) => data.sites.group[s].endsWith("utr")).map((s) => -data.sites.effect[s]));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  const add = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    svg.append(made);
    return made;
  };
  add("title", {}, `3' UTR of ${transcript}, ${length} nt, with ${inUtr.length} sites`);
  add("rect", { x: left, y: base, width: width - 10 - left, height: 6, fill: "#bdbdbd" });
  const foot = base + 24 + 14 * strips.length;
  add("text", { x: left, y: foot }, "1");
  add("text", { x: width - 10, y: foot, "text-anchor": "end" }, `${length.toLocaleString()} nt`);
  if (inUtr.length) {
    add("line", { x1: left, x2: width - 10, y1: base - 70, y2: base - 70, stroke: "#d4d4d4" });
    add("text", { x: left, y: base - 73 }, shown(-strongest, 3));
  }
  strips.forEach((strip, row) => {
    add("text", { x: left - 8, y: base + 18 + 14 * row, "text-anchor": "end", class: "soft" }, strip.label);
  });
  for (const site of inUtr) {
    const tall = Math.max(4, 70 * (-data.sites.effect[site] / strongest));
    const type = data.sites.type[site], middle = (data.sites.start[site] + data.sites.end[site]) / 2;
    const wide = Math.max(3, x(data.sites.end[site]) - x(data.sites.start[site]));
    const bar = add("rect", { x: x(middle) - wide / 2, y: base - tall, width: wide, height: tall, fill: COLOURS[type], class: "site" });
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = `${type}, ${data.sites.start[site]}-${data.sites.end[site]}, ${shown(data.sites.effect[site], 3)}`;
    bar.append(title);
    if (data.sites.conserved && data.sites.conserved[site] === 1) {
      add("circle", { cx: x(middle), cy: base - tall - 6, r: 4, fill: "none", stroke: "#1b1b1b" });
    }
    strips.forEach((strip, row) => {
      const value = data.sites[strip.key][site];
      if (value === null) return;
      add("rect", { x: x(middle) - 5, y: base + 9 + 14 * row, width: 10, height: 10, stroke: "#1b1b1b", "stroke-width": 0.5,
        fill: "#1b1b1b", "fill-opacity": Math.min(1, Math.max(0, strip.share(value))) });
    });
  }
  let at = left - 60;
  for (const type of TYPES.filter((one) => one !== "scanned" || data.sites.path)) {
    add("rect", { x: at + 60, y: foot + 6, width: 11, height: 11, fill: COLOURS[type] });
    add("text", { x: at + 76, y: foot + 16 }, type);
    at += 110;
  }
  if (data.sites.conserved && inUtr.some((s) => data.sites.conserved[s] === 1)) {
    add("circle", { cx: at + 65, cy: foot + 12, r: 4, fill: "none", stroke: "#1b1b1b" });
    add("text", { x: at + 76, y: foot + 16 }, "conserved");
  }
  return [element("h3", {}, `3' UTR of ${transcript}`), element("div", { class: "scroll" }, svg)];
}

function sitesTable(own) {
  const s = current.sites;
  const head = ["Type", "Effect (log2)", "Start", "End", "Region", "Transcript", "context++"];
  if (s.genome) head.push("Genome");
  const body = own.map((at) => {
    const genome = s.genome ? s.genome[at] : null;
    const cell = genome ? element("button", {
      type: "button", class: "plain", title: "copy", onclick: (event) => copy(genome, event.target),
    }, genome) : "–";
    return element("tr", {}, ...[s.type[at], shown(s.effect[at], 3), s.start[at], s.end[at],
      GROUPS[s.group[at]], s.transcript[at], shown(s.contextpp[at], 3), ...(s.genome ? [cell] : [])].map((text) => element("td", {}, typeof text === "number" ? String(text) : text)));
  });
  return element("div", { class: "scroll" }, element("table", { class: "sites" },
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...body)));
}

function copy(text, button) {
  const done = () => { button.textContent = "copied"; setTimeout(() => { button.textContent = text; }, 900); };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => window.prompt("Copy:", text));
  else window.prompt("Copy:", text);
}

function describeSite(at) {
  const s = current.sites;
  const rows = about.features.filter((f) => s[f.key] && s[f.key][at] !== null).map((f) => {
    const typical = current.typical[s.type[at]][f.key], value = s[f.key][at];
    const sd = typical.sd > 0 ? (value - typical.mean) / typical.sd : 0;
    const word = sd > 0.5 ? "above" : sd < -0.5 ? "below" : "near";
    return element("tr", {}, element("td", {}, f.label), element("td", {}, shown(value, 2)),
      element("td", {}, shown(typical.mean, 2)), element("td", {}, `${word} (${sd >= 0 ? "+" : ""}${sd.toFixed(1)} sd)`));
  });
  return element("details", {},
    element("summary", {}, `${s.type[at]} at ${s.start[at].toLocaleString()} of ${s.transcript[at]} (${GROUPS[s.group[at]]}): ${shown(s.effect[at], 3)}`),
    element("pre", {}, drawDuplex(current.strands[s.group[at].startsWith("guide") ? 0 : 1], s.window[at], s.p8[at], s.type[at], s.path && s.path[at])),
    element("div", { class: "scroll" }, element("table", { class: "sites" },
      element("thead", {}, element("tr", {}, ...["Feature", "this site", `average ${s.type[at]}`, ""].map((t) => element("th", { scope: "col" }, t)))),
      element("tbody", {}, ...rows))));
}

// The best run of Watson-Crick pairs of the miRNA's 3' part with the window upstream of the
// seed, as context++ scores it (Agarwal 2015): 1 for each of nt 13-16, else 0.5, less
// max(0, (shift - 2) / 2). `p8` is the place in the window opposite nt 8.
function threePrime(mirna, window, p8, type) {
  const pairs = (m, t) => t >= 0 && t < window.length && COMPLEMENT[mirna[m]] === window[t];
  const first = type === "7mer-A1" ? 7 : 8;
  let best = { score: 0, run: [] };
  for (let shift = first + 1 - mirna.length; shift <= window.length; shift += 1) {
    let run = [];
    for (let m = first; m <= mirna.length; m += 1) {
      const t = p8 + 7 - m - shift;
      if (m < mirna.length && t <= p8 + 7 - first && pairs(m, t)) { run.push([m, t]); continue; }
      const weight = run.reduce((sum, [nt]) => sum + (nt >= 12 && nt < 16 ? 1 : 0.5), 0);
      const score = weight - Math.max(0, (Math.abs(shift) - 2) / 2);
      if (run.length >= 2 && score > best.score) best = { score, run };
      run = [];
    }
  }
  return best;
}

// The pairs of a site: its seed and 3' part, or those of `folded`, the most stable duplex.
function pairsOf(mirna, window, p8, type, folded) {
  const path = [];
  if (folded && folded.length) {
    for (let at = 0; at < folded.length; at += 2) path.push([folded[at], folded[at + 1]]);
    return path;
  }
  for (let m = 1; m <= 7; m += 1) {
    if (COMPLEMENT[mirna[m]] === window[p8 + 7 - m]) path.push([m, p8 + 7 - m]);
  }
  path.push(...threePrime(mirna, window, p8, type).run);
  return path;
}

function drawDuplex(mirna, window, p8, type, folded) {
  const path = pairsOf(mirna, window, p8, type, folded);
  let top = "", marks = "", bottom = "", lastT = -1, lastM = mirna.length;
  for (const [m, t] of path.slice().reverse()) {
    const over = window.slice(lastT + 1, t), under = [...mirna.slice(m + 1, lastM)].reverse().join("");
    const wide = Math.max(over.length, under.length), first = lastM === mirna.length;
    const pad = (text) => (first ? text.padStart(wide, " ") : text.padEnd(wide, "-"));
    top += pad(over) + window[t];
    bottom += pad(under) + mirna[m];
    marks += " ".repeat(wide) + (COMPLEMENT[mirna[m]] === window[t] ? "|" : ":");
    lastT = t; lastM = m;
  }
  const over = window.slice(lastT + 1), under = [...mirna.slice(0, lastM)].reverse().join("");
  top += over; bottom += under;
  return `mRNA  5' ${top} 3'\n         ${marks}\nmiRNA 3' ${bottom} 5'`;
}

function save(name, text, kind) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function saveSites(name, own) {
  const s = current.sites, keys = ["transcript", "group", "start", "end", "type", "effect", "contextpp"];
  const lines = own.map((at) => keys.map((key) => s[key][at]).join("\t"));
  save(`${current.mirna}_${name}_sites.tsv`, [keys.join("\t"), ...lines].join("\n") + "\n", "text/tab-separated-values");
}

about.mirnas.forEach((name, at) => byId("mirna").append(element("option", { value: at }, name)));
byId("mirna").addEventListener("change", (event) => choose(Number(event.target.value)));
byId("search").addEventListener("input", () => filter());
byId("with-sites").addEventListener("change", () => filter());
byId("save-genes").addEventListener("click", () => table.download("csv", `${current.mirna}_targets.csv`));
byId("caption-genes").textContent = about.caption_genes;
byId("about").textContent = about.text;
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((part) => { part.open = true; });
});
choose(0);
