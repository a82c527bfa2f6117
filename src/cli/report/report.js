"use strict";
// The report's page: reads the pictures out of the page, filters, sorts and shows them. Only what is in sight is in the
// document. Texts of the pictures are put in as text, never as markup.

const element = (id) => document.getElementById(id);

// make("td", {className: "number"}, "12"): an element with properties and children.
function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function makeSvg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const plural = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
const percent = (score) => `${score >= 1 ? 100 : Math.min(99, Math.round(score * 100))}%`;

// ---- The data --------------------------------------------------------------------------------------------------------

const run = JSON.parse(element("run").textContent);
const photos = []; // {index, file, href, width, height, thumbnail, boxes, shown, best}
const failures = []; // {file, error}

// A box is [class, score] or [class, score, x, y, width, height], in pixels, and may end with its shelf row; the best
// first. Classes of one name are one.
const firstOfName = new Map();
const classOf = run.classes.map((entry, id) => {
  if (!firstOfName.has(entry.name)) firstOfName.set(entry.name, id);
  return firstOfName.get(entry.name);
});

for (const script of document.querySelectorAll("script.picture")) {
  const picture = JSON.parse(script.textContent);
  script.remove(); // its text is not needed twice
  if (picture.error !== undefined) {
    failures.push(picture);
    continue;
  }
  for (const box of picture.boxes) box[0] = classOf[box[0]];
  picture.index = photos.length;
  photos.push(picture);
}

// Without the folders that all of them lie in, a name has room.
function commonFolder(files) {
  let common = files.length ? files[0].slice(0, files[0].lastIndexOf("/") + 1) : "";
  for (const file of files)
    while (!file.startsWith(common)) common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
  return common;
}
const common = commonFolder(photos.map((photo) => photo.file)).length;
for (const photo of photos) photo.name = photo.file.slice(common);

const totals = new Map(); // objects of each class that was found
for (const photo of photos) for (const box of photo.boxes) totals.set(box[0], (totals.get(box[0]) || 0) + 1);
const classes = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a) || a - b);

// ---- What is asked for -----------------------------------------------------------------------------------------------

const filter = {classes: new Set(), score: 0, text: "", matching: true};
const order = {key: "index", direction: 1};
let matches = []; // the photos that are shown, in order
let view = "photos";

const sorters = {
  index: (a, b) => a.index - b.index,
  file: (() => {
    const collator = new Intl.Collator("en", {numeric: true});
    return (a, b) => collator.compare(a.file, b.file);
  })(),
  objects: (a, b) => a.shown.length - b.shown.length,
  best: (a, b) => a.best - b.best,
  pixels: (a, b) => a.width * a.height - b.width * b.height,
};

function isFiltering() {
  return filter.score > 0 || classes.some((id) => !run.classes[id].hidden && !filter.classes.has(id));
}

// Chooses the boxes of each photo, then the photos. One that never had objects matches as long as nothing is filtered.
function update() {
  const counts = new Map();
  const text = filter.text.toLowerCase(), filtering = isFiltering();
  matches = [];
  for (const photo of photos) {
    photo.shown = photo.boxes.filter((box) => filter.classes.has(box[0]) && box[1] >= filter.score);
    photo.best = photo.shown.reduce((best, box) => Math.max(best, box[1]), 0);
    if (text && !photo.file.toLowerCase().includes(text)) continue;
    for (const box of photo.shown) counts.set(box[0], (counts.get(box[0]) || 0) + 1);
    const found = photo.shown.length > 0;
    if (filter.matching ? found || !filtering : !found) matches.push(photo);
  }
  const compare = sorters[order.key];
  matches.sort((a, b) => order.direction * compare(a, b) || a.index - b.index);
  showCounts(counts);
  showResults();
}

// ---- Totals, failures, and the chart that is a filter ----------------------------------------------------------------

function showTotals() {
  const objects = photos.reduce((sum, photo) => sum + photo.boxes.length, 0);
  const parts = [plural(photos.length, "photo", "photos")];
  if (run.task === "detect") parts.push(plural(objects, "object", "objects"), plural(classes.length, "class", "classes"));
  if (failures.length) parts.push(`${failures.length.toLocaleString("en")} failed`);
  element("totals").textContent = parts.join(" \u00b7 ");
  const list = element("failures");
  list.hidden = failures.length === 0;
  list.querySelector("summary").textContent = `${plural(failures.length, "file", "files")} could not be processed`;
  for (const failure of failures)
    list.querySelector("ul").append(make("li", {}, make("b", {}, failure.file), make("br"), failure.error));
}

const bars = new Map(); // class: {bar, count, box}

function makeClasses() {
  for (const id of classes) {
    const entry = run.classes[id];
    const box = make("input", {type: "checkbox", checked: !entry.hidden});
    const svg = makeSvg("svg", {viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true"});
    const bar = makeSvg("rect", {width: 0, height: 8, fill: entry.color});
    svg.append(makeSvg("rect", {class: "track", width: 100, height: 8}), bar);
    const count = make("span", {className: "count"});
    const name = make("span", {className: "name", title: entry.name}, entry.name);
    element("classes").append(make("li", {}, make("label", {}, box, name, count, svg)));
    bars.set(id, {bar, count, box});
    if (!entry.hidden) filter.classes.add(id);
    box.addEventListener("change", () => {
      filter.classes[box.checked ? "add" : "delete"](id);
      update();
    });
  }
}

// A class that is switched off keeps its whole count, so that one knows what one would get.
function showCounts(counts) {
  const longest = Math.max(1, ...totals.values());
  for (const [id, {bar, count}] of bars) {
    const number = filter.classes.has(id) ? counts.get(id) || 0 : totals.get(id);
    bar.setAttribute("width", (100 * number) / longest);
    count.textContent = number.toLocaleString("en");
  }
}

function setClasses(wanted) {
  for (const [id, {box}] of bars) {
    box.checked = wanted(id);
    filter.classes[wanted(id) ? "add" : "delete"](id);
  }
}

// ---- A photo with its boxes ------------------------------------------------------------------------------------------

function describe(boxes) {
  const counts = new Map();
  for (const box of boxes) counts.set(box[0], (counts.get(box[0]) || 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([id, count]) => `${count} ${run.classes[id].name}`);
  if (run.task !== "detect") return boxes.map((box) => `${run.classes[box[0]].name} ${percent(box[1])}`).join(", ");
  return parts.join(", ") || "nothing found";
}

// Where labels of these boxes go, the best first: above its box, or at another edge where a better one's label is in
// the way. Letters are taken to be 0.6 of their size wide.
function placeLabels(boxes, size) {
  const taken = [], height = size * 1.2;
  return boxes.map(([id, score, x, y, , h]) => {
    const text = `${run.classes[id].name} ${percent(score)}`, width = text.length * size * 0.6;
    const free = (top) => top >= 0 && !taken.some((other) => x < other.right && other.left < x + width &&
                                                             top < other.bottom && other.top < top + height);
    const top = [y - height, y, y + h - height, y + h].find(free) ?? Math.max(0, y - height);
    taken.push({left: x, right: x + width, top, bottom: top + height});
    return {text, x: x + size * 0.2, y: top + size};
  });
}

function makeLabel({text, x, y}, size) {
  const label = makeSvg("text", {class: "label", x, y, "font-size": size, "stroke-width": size * 0.2});
  label.textContent = text;
  return label;
}

// The boxes in the picture's own pixels: the browser fits them as it fits the picture. The best is drawn last.
function makeBoxes(photo, withLabels) {
  const {width, height} = photo;
  const svg = makeSvg("svg", {viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true"});
  const size = Math.sqrt(width * height) * 0.026;
  const boxes = photo.shown.filter((box) => box.length > 2);
  const labels = withLabels ? placeLabels(boxes, size) : [];
  boxes.forEach(([id, , x, y, width, height], i) => {
    const group = makeSvg("g", {});
    group.append(makeSvg("rect", {class: "seam", x, y, width, height}),
                 makeSvg("rect", {class: "box", x, y, width, height, stroke: run.classes[id].color}));
    if (withLabels) group.append(makeLabel(labels[i], size));
    svg.prepend(group);
  });
  return svg;
}

function makePicture(photo, withLabels) {
  const picture = make("div", {className: "picture"});
  if (photo.thumbnail) {
    const alt = `${photo.file}: ${describe(photo.shown)}`;
    picture.append(make("img", {src: `data:image/jpeg;base64,${photo.thumbnail}`, alt, decoding: "async", draggable: false}));
  }
  picture.append(makeBoxes(photo, withLabels));
  return picture;
}

// ---- Lists of which only what is in sight exists ----------------------------------------------------------------------

// A list of rows of one height in `parent`. `place(before, after)` leaves room for the rows left out; `fill(row)` returns
// the nodes of a row.
class LongList {
  constructor(parent, rowHeight, place, fill) {
    Object.assign(this, {parent, rowHeight, place, fill, rows: new Map(), count: 0});
  }

  clear(count) {
    for (const nodes of this.rows.values()) for (const node of nodes) node.remove();
    this.rows.clear();
    this.count = count;
    this.place(0, count * this.rowHeight);
  }

  // Rows that stay are left alone: one of them may have the focus.
  refresh(anchor) {
    const top = -anchor.getBoundingClientRect().top, spare = 3;
    const first = Math.max(0, Math.min(this.count, Math.floor(top / this.rowHeight) - spare));
    const last = Math.min(this.count, Math.ceil((top + innerHeight) / this.rowHeight) + spare);
    for (const [row, nodes] of this.rows)
      if (row < first || row >= last) {
        for (const node of nodes) node.remove();
        this.rows.delete(row);
      }
    const kept = [...this.rows.keys()].sort((a, b) => a - b);
    for (let row = first; row < last; row++) {
      if (this.rows.has(row)) continue;
      const next = kept.find((other) => other > row);
      const nodes = this.fill(row);
      const before = next === undefined ? this.end || null : this.rows.get(next)[0];
      for (const node of nodes) this.parent.insertBefore(node, before);
      this.rows.set(row, nodes);
    }
    this.place(first * this.rowHeight, Math.max(0, this.count - Math.max(first, last)) * this.rowHeight);
  }
}

const cardHeight = 232, gap = 12, tableRow = 52;
let columns = 1;

function makeCard(photo, position) {
  const caption = make("span", {className: "caption"}, make("span", {title: photo.file}, photo.name),
                       make("span", {className: "found"}, describe(photo.shown)));
  const card = make("button", {type: "button", className: "card"}, makePicture(photo, false), caption);
  card.addEventListener("click", () => openViewer(position));
  return card;
}

const grid = new LongList(element("photos"), cardHeight + gap, (before, after) => {
  grid.parent.style.paddingTop = `${before}px`;
  grid.parent.style.paddingBottom = `${after}px`;
}, (row) => matches.slice(row * columns, (row + 1) * columns).map((photo, i) => makeCard(photo, row * columns + i)));

function makeRow(position) {
  const photo = matches[position];
  const open = make("button", {type: "button", title: photo.file}, photo.name);
  const row = make("tr", {className: "photo"}, make("td", {className: "picture"}, makePicture(photo, false)),
                   make("td", {}, open), make("td", {className: "number"}, photo.shown.length.toLocaleString("en")),
                   make("td", {className: "found", title: describe(photo.shown)}, describe(photo.shown)),
                   make("td", {className: "number"}, photo.shown.length ? percent(photo.best) : ""),
                   make("td", {className: "number size"}, `${photo.width} \u00d7 ${photo.height}`));
  row.addEventListener("click", () => openViewer(position));
  return row;
}

const makeRoom = () => make("tr", {className: "room", ariaHidden: "true"}, make("td"));
const above = makeRoom(), below = makeRoom();
const tableBody = element("table").querySelector("tbody");
tableBody.append(above, below);
const rows = new LongList(tableBody, tableRow, (before, after) => {
  above.firstChild.style.height = `${before}px`;
  below.firstChild.style.height = `${after}px`;
}, (row) => [makeRow(row)]);
rows.end = below;

function showResults() {
  const objects = matches.reduce((sum, photo) => sum + photo.shown.length, 0);
  const parts = [`${matches.length.toLocaleString("en")} of ${plural(photos.length, "photo", "photos")}`];
  if (run.task === "detect") parts.push(plural(objects, "object", "objects"));
  element("shown").textContent = parts.join(" \u00b7 ");
  element("nothing").hidden = matches.length > 0;
  element("photos").hidden = view !== "photos";
  element("table").hidden = view !== "table";
  element("view-photos").setAttribute("aria-pressed", view === "photos");
  element("view-table").setAttribute("aria-pressed", view === "table");
  element("sort").value = `${order.key} ${order.direction}`; // nothing where the list has no such entry
  for (const head of document.querySelectorAll("th[data-key]")) {
    const sorted = head.dataset.key === order.key;
    head.setAttribute("aria-sort", !sorted ? "none" : order.direction > 0 ? "ascending" : "descending");
  }
  layOut();
}

function layOut() {
  columns = Math.max(1, Math.floor((element("photos").clientWidth + gap) / (216 + gap)));
  element("photos").style.setProperty("--columns", columns);
  grid.clear(view === "photos" ? Math.ceil(matches.length / columns) : 0);
  rows.clear(view === "table" ? matches.length : 0);
  refresh();
}

function refresh() {
  if (view === "photos") grid.refresh(element("photos"));
  else rows.refresh(tableBody);
}

// ---- One photo, large ------------------------------------------------------------------------------------------------

const viewer = element("viewer");
let position = 0;

function showPhoto() {
  const photo = matches[position];
  element("viewer-title").textContent = photo.file;
  element("viewer-facts").textContent =
    `${photo.width} \u00d7 ${photo.height} pixels, ${plural(photo.shown.length, "object", "objects")}`;
  const picture = makePicture(photo, true);
  element("viewer-picture").replaceChildren(...picture.children);
  element("viewer-original").href = photo.href;
  const groups = [...element("viewer-picture").querySelectorAll("g")].reverse();
  element("viewer-objects").replaceChildren(...photo.shown.map((box, i) => makeObject(box, groups, i)));
  element("previous").disabled = position === 0;
  element("next").disabled = position === matches.length - 1;
}

// A line of the list; its box stands out while the pointer is on it.
function makeObject([id, score, , , , , row], groups, index) {
  const swatch = make("span", {className: "swatch"});
  swatch.style.background = run.classes[id].color;
  const item = make("li", {}, swatch, make("span", {className: "name"}, run.classes[id].name),
                    row ? `row ${row}, ${percent(score)}` : percent(score));
  const dim = (on) => groups.forEach((group, i) => group.classList.toggle("dimmed", on && i !== index));
  item.addEventListener("pointerenter", () => dim(true));
  item.addEventListener("pointerleave", () => dim(false));
  return item;
}

function openViewer(wanted) {
  position = wanted;
  showPhoto();
  if (!viewer.open) viewer.showModal(); // Escape closes it, and the focus returns
}

function step(by) {
  if (position + by < 0 || position + by >= matches.length) return;
  position += by;
  showPhoto();
}

// ---- Controls --------------------------------------------------------------------------------------------------------

function reset() {
  setClasses((id) => !run.classes[id].hidden);
  Object.assign(filter, {score: 0, text: "", matching: true});
  element("score").value = 0;
  element("score-shown").value = "0%";
  element("search").value = "";
  element("matching").value = "with";
  update();
}

function sortBy(key) {
  const same = order.key === key;
  order.direction = same ? -order.direction : key === "file" ? 1 : -1; // numbers: the largest first
  order.key = key;
  update();
}

function show(which) {
  view = which;
  showResults();
}

element("all-classes").addEventListener("click", () => (setClasses(() => true), update()));
element("no-classes").addEventListener("click", () => (setClasses(() => false), update()));
element("score").addEventListener("input", (event) => {
  filter.score = event.target.value / 100;
  element("score-shown").value = `${event.target.value}%`;
  update();
});
element("search").addEventListener("input", (event) => ((filter.text = event.target.value), update()));
element("matching").addEventListener("change", (event) => ((filter.matching = event.target.value === "with"), update()));
element("reset").addEventListener("click", reset);
element("sort").addEventListener("change", (event) => {
  const [key, direction] = event.target.value.split(" ");
  Object.assign(order, {key, direction: Number(direction)});
  update();
});
element("view-photos").addEventListener("click", () => show("photos"));
element("view-table").addEventListener("click", () => show("table"));
for (const head of document.querySelectorAll("th[data-key]"))
  head.querySelector("button").addEventListener("click", () => sortBy(head.dataset.key));
element("previous").addEventListener("click", () => step(-1));
element("next").addEventListener("click", () => step(1));
element("close").addEventListener("click", () => viewer.close());
viewer.addEventListener("click", (event) => event.target === viewer && viewer.close()); // beside it
viewer.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
addEventListener("scroll", refresh, {passive: true});

const narrow = matchMedia("(max-width: 800px)"); // as in the style
const fitFilters = () => (element("filters").open = !narrow.matches);
narrow.addEventListener("change", fitFilters);
let lastWidth = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== lastWidth) layOut();
  else refresh();
  lastWidth = innerWidth;
});

fitFilters();
showTotals();
makeClasses();
update();
