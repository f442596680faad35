"use strict";
// The Gantt: one SVG the size of its window. It holds the rows in sight and a few beyond them, made
// when they come near and thrown away when they are far; scrolling moves groups and makes no new
// marks. A row is one group, name, numbers and bars in it, so that they cannot part.
//
// Layers, bottom to top: storms, grid, rows and links, which the scroll moves; then axis, strip, data
// date and corners, which cover what it takes beyond the chart.
for (const box of document.querySelectorAll(".gantt")) (function () {
  box.classList.add("live");
  const find = (selector) => box.querySelector(selector);
  const D = JSON.parse(find("script").textContent);
  const view = find(".gview"), room = find(".groom"), svg = find(".gdraw"), tools = find(".gtools"), told = find(".gtold");

  // ---- Sizes, shapes, words -----------------------------------------------------------------
  const ROW = 22, HEAD = 52, STRIP = D.strip.length ? 104 : 0, RIGHT = 12, DAY = 86400000;
  const BEYOND = 8; // rows kept above and below the window
  const MOST_LINKS = 600; // more lines than these are noise
  const WIDTHS = { date: 76, day: 50, share: 40 };
  const ZOOMS = { day: 16, week: 5, month: 1.6, quarter: 0.55 }; // pixels a day
  const [CLOSED, OPEN, PATH] = [0, 1, 2];
  const SHAPES = { rfs: "0-6l6 6-6 6-6-6z", point: "0-6l6 6-6 6-6-6z", power: "0-6l6 11h-12z", racks: "-5-5h10v10h-10z", target: "0 6l-6-11h12z" };
  const BOX = { base: [17, 3], earlier: [20, 2], summary: [7, 5], group: [4, 11], float: [6, 8], driving: [3, 12], rejected: [5, 10] };
  const FORECAST = ["build", "tail", "summary"], PATTERNED = ["build", "tail", "group"], PATTERNS = 6;
  const zero = Date.parse(D.start);
  const date = (day) => new Date(zero + Math.round(day) * DAY);
  const iso = (day) => date(day).toISOString().slice(0, 10);
  const dayOf = (year, month) => (Date.UTC(year, month, 1) - zero) / DAY;
  const esc = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const px = (v) => v.toFixed(1);
  const cut = (text, wide) => { const n = Math.floor(wide / 6.4), all = [...text]; return all.length > n ? all.slice(0, n - 1).join("") + "\u2026" : text; };
  const power = (mw) => (mw >= 1000 ? `${(mw / 1000).toPrecision(3)} GW` : `${mw.toPrecision(3)} MW`);

  // ---- Rows and links -----------------------------------------------------------------------
  const ROWS = D.rows.map(([above, name, key, fold, flags, cells, bars, marks, crews, by, mode, done], i) => ({
    i, above, name: D.texts[name], tail: D.texts[key], fold, first: fold, onPath: flags & 1, rejected: flags & 2, cells,
    bars, marks, crews: crews < 0 ? [] : D.crews[crews], by: by < 0 ? "" : D.texts[by], mode, done, below: [], depth: 0, top: i,
  }));
  const byKey = new Map();
  for (const r of ROWS) {
    const up = ROWS[r.above];
    r.key = r.tail[0] === "/" ? r.tail.slice(1) : `${up.key}/${r.tail}`;
    byKey.set(r.key, r);
    if (up) { up.below.push(r); r.depth = up.depth + 1; r.top = up.top; }
  }
  const LINKS = [], into = new Map(), out = new Map();
  for (let n = 0; n < D.links.length; n += 4) {
    const [p, s, sort, drives] = D.links.slice(n, n + 4), [kind, lag] = D.sorts[sort], link = { p, s, kind, lag, drives };
    LINKS.push(link);
    for (const [map, at] of [[into, s], [out, p]]) map.has(at) ? map.get(at).push(link) : map.set(at, [link]);
  }
  const SLACK = D.columns.findIndex((c) => c[0] === "TF d");

  // ---- What is seen -------------------------------------------------------------------------
  let scale = 0, isFit = true; // pixels a day; whether the whole axis fits the window
  let chosen = -1, options = false, everyLink = false, slack = null;
  let columns = D.columns.map((c) => !(c[3] && view.clientWidth < 1000));
  let width = 0, height = 0;
  let flat = [], place = []; // rows that are unfolded, and the place of each row among them
  let pairs = []; // links between rows that are unfolded: a folded row stands for what it holds
  const nameWidth = () => (width < 900 ? 190 : 270);
  const left = () => nameWidth() + D.columns.reduce((x, c, i) => x + (columns[i] ? WIDTHS[c[1]] : 0), 0) + 12;
  const chart = () => Math.max(60, width - left() - RIGHT);
  const isParent = (r) => r.below.some((b) => options || !b.rejected);
  const shown = (i) => { let r = ROWS[i]; while (r && place[r.i] < 0) r = ROWS[r.above]; return r; };

  function flatten() {
    flat = []; place = new Array(ROWS.length).fill(-1);
    const add = (r) => {
      if (r.rejected && !options) return;
      place[r.i] = flat.length; flat.push(r);
      if (r.fold !== CLOSED) for (const b of r.below) if (r.fold === OPEN || b.onPath || (options && b.rejected)) add(b);
    };
    for (const r of ROWS) if (r.above < 0) add(r);
    pair();
    size();
  }
  function pair() {
    const found = new Map();
    for (const k of LINKS) {
      const p = shown(k.p), q = shown(k.s);
      if (!p || !q || p === q) continue;
      const same = `${p.i} ${q.i} ${k.kind} ${k.lag}`, drives = k.drives || (found.get(same) || k).drives;
      found.set(same, { p, q, kind: k.kind, lag: k.lag, drives });
    }
    pairs = [...found.values()];
  }
  function size() {
    width = view.clientWidth;
    if (isFit || scale * D.days < chart()) scale = chart() / D.days;
    const all = HEAD + flat.length * ROW + STRIP, most = Math.max(320, innerHeight - 190);
    view.style.height = Math.min(all + 2 + (isFit ? 0 : 16), most) + "px";
    height = view.clientHeight;
    room.style.width = isFit ? "100%" : left() + D.days * scale + RIGHT + "px";
    room.style.height = all + "px";
    svg.setAttribute("width", width); svg.setAttribute("height", height);
    view.setAttribute("aria-rowcount", flat.length);
    soon(true);
  }

  // ---- The axis -----------------------------------------------------------------------------
  // Ticks between two days: [day, label, is strong].
  function ticks(from, to) {
    const made = [];
    if (scale >= 9) {
      for (let d = Math.floor(from); d <= to; d++) {
        const n = date(d).getUTCDate();
        made.push([d, n === 1 ? iso(d).slice(0, 7) : String(n), n === 1]);
      }
    } else if (scale >= 3) {
      let d = Math.floor(from); d -= (date(d).getUTCDay() + 6) % 7;
      for (; d <= to; d += 7) made.push([d, iso(d).slice(5), date(d).getUTCDate() <= 7]);
    } else {
      const months = scale >= 1 ? 1 : scale >= 0.14 ? 3 : 12, first = date(from), year = first.getUTCFullYear();
      for (let m = Math.floor(first.getUTCMonth() / months) * months, d; (d = dayOf(year, m)) <= to; m += months) {
        const month = m % 12, label = months === 1 ? iso(d).slice(5, 7) : months === 3 && scale * 91 > 24 ? `Q${month / 3 + 1}` : "";
        made.push([d, label, !month]);
      }
    }
    return made;
  }
  // Grid and labels of the days between two, at `x` of each; labels that would touch are left out.
  function axis(from, to, x, top, bottom) {
    let grid = "", labels = "", last = -Infinity;
    for (const [d, label, strong] of ticks(from, to)) {
      if (d < 0) continue;
      const at = x(d);
      grid += `<path class="grid${strong ? " year" : ""}" d="M${px(at)} ${top}V${bottom}"/>`;
      if (label && at - last > 8 + 6.5 * label.length) { labels += `<text class="dim" x="${px(at + 3)}" y="${HEAD - 8}">${label}</text>`; last = at; }
    }
    return [grid, labels];
  }
  // Years at the start of each, or at the left edge of the chart for one that began before it.
  function years(from, to, x, edge) {
    let s = "";
    for (let y = date(from).getUTCFullYear(), d; (d = dayOf(y, 0)) <= to; y++) {
      const at = Math.max(x(d), edge);
      if (x(dayOf(y + 1, 0)) - at > 34) s += `<text class="head" x="${px(at + 3)}" y="28">${y}</text>`;
    }
    return s;
  }
  function heads(titled) {
    let s = "", at = nameWidth();
    D.columns.forEach((c, n) => { if (columns[n]) { at += WIDTHS[c[1]]; s += `<text class="num dim" x="${at}" y="${HEAD - 8}">${esc(c[0])}${titled ? `<title>${esc(c[2])}</title>` : ""}</text>`; } });
    return s;
  }

  // ---- A row --------------------------------------------------------------------------------
  function said(r, c) {
    const v = r.cells[c], kind = D.columns[c][1];
    if (v === null) return "";
    return kind === "date" ? iso(v) : kind === "share" ? v.toFixed(2) : String(Math.round(v)).replace("-", "\u2212");
  }
  const short = (r) => D.columns.map((c, n) => [c[0], said(r, n)]).filter((p) => p[1]).map((p) => p.join(" ")).join(", ") || "no dates of its own";
  const isNear = (r) => slack !== null && !isParent(r) && r.cells[SLACK] !== null && r.cells[SLACK] <= slack;
  const rect = (kind, x, end, more = "") => { const [top, h] = BOX[kind] || [4, 12]; return `<rect ${more || `class="${kind === "group" ? "summary" : kind}"`} x="${px(x)}" y="${top}" width="${px(Math.max(end - x, 1.5))}" height="${h}"/>`; };
  function bars(r, x) {
    let s = "";
    const pattern = r.mode > 0 ? r.mode % PATTERNS : 0;
    for (let n = 0; n < r.bars.length; n += 3) {
      const named = D.bars[r.bars[n]], kind = named === "summary" && r.mode >= 0 ? "group" : named, a = x(r.bars[n + 1]), b = x(r.bars[n + 2]);
      s += rect(kind, a, b);
      if (pattern && PATTERNED.includes(kind)) s += rect(kind, a, b, `fill="url(#g-m${pattern})"`);
      if (kind === "build" && isNear(r)) s += rect("driving", a, b);
      const now = r.done === undefined ? Math.min(x(D.now), b) : a + r.done * (b - a); // reported, else by date
      if ((kind === "build" || kind === "tail") && now > a) s += `<rect class="done" x="${px(a)}" y="11" width="${px(now - a)}" height="5"/>`;
    }
    for (let n = 0; n < r.marks.length; n += 6) {
      const [k, d, p10, p80, p90, label] = r.marks.slice(n, n + 6), kind = D.marks[k];
      if (p10 !== null) s += `<path class="whisker" d="M${px(x(p10))} 8v6m0-3H${px(x(p90 === null ? D.days : p90))}m0-3v6"/>`;
      if (p80 !== null) s += `<path class="whisker" d="M${px(x(p80))} 4v14"/>`;
      s += `<path class="${kind}" d="M${px(x(d))} 11m${SHAPES[kind]}"><title>${esc(D.texts[label])}</title></path>`;
    }
    return s;
  }
  const sign = (r) => (!isParent(r) ? "" : r.fold === OPEN ? "\u25be" : r.fold === PATH ? "\u25b9" : "\u25b8");
  function label(r) {
    const indent = 8 + 14 * r.depth, fold = sign(r);
    let s = fold ? `<text class="fold" x="${indent - 2}" y="15" aria-hidden="true">${fold}</text>` : "", at = nameWidth();
    s += `<g role="rowheader"><text${r.depth ? "" : ' class="head"'} x="${indent + 12}" y="15">${esc(cut(r.name, nameWidth() - indent - 14))}<title>${esc(r.name)} (${esc(r.key)})</title></text></g>`;
    D.columns.forEach((c, n) => { if (columns[n]) { at += WIDTHS[c[1]]; const v = said(r, n); if (v) s += `<text role="gridcell" class="num dim" x="${at}" y="15">${v}</text>`; } });
    return s;
  }
  // The side covers what the scroll takes beyond the left edge of the chart; so the name comes after
  // the bars, and the label of the row says it first.
  function row(r, i, l, far) {
    const open = sign(r) ? ` aria-expanded="${r.fold !== CLOSED}"` : "";
    return `<g class="row${r.rejected ? " off" : ""}" id="${D.name}-${r.i}" role="row" data-i="${r.i}" aria-label="${esc(r.name)}: ${esc(short(r))}" aria-level="${r.depth + 1}" aria-rowindex="${i + 1}" aria-selected="${r.i === chosen}"${open} transform="translate(0,${i * ROW})">`
      + `<rect class="back" x="${l}" width="${width - l}" height="${ROW}"/><g class="bars" role="gridcell" aria-label="${esc(short(r))}" transform="translate(${px(far)},0)">${bars(r, (d) => d * scale)}</g>`
      + `<rect class="side" width="${l}" height="${ROW}"/><rect class="back" width="${l}" height="${ROW}"/>${label(r)}</g>`;
  }

  // ---- Drawing ------------------------------------------------------------------------------
  let asked = 0, stale = true;
  const soon = (all = false) => { stale ||= all; if (!asked) asked = requestAnimationFrame(() => { asked = 0; draw(); }); };
  let layer = {}; // groups of the drawing, by name
  let drawn = new Map(); // rows there are, by place
  let span = [0, 0]; // days between which the axis is drawn
  let linked = ""; // what the links were drawn for

  function frame() {
    const base = height - STRIP;
    const cover = (h) => `<rect class="side" width="${width}" height="${h}"/>`;
    const group = (name) => `<g data-is="${name}"></g>`, l = left();
    svg.innerHTML = `<defs><clipPath id="${D.name}-chart"><rect x="${l}" y="${HEAD}" width="${Math.max(0, width - l)}" height="${height}"/></clipPath></defs>`
      + `${["storms", "grid", "rows"].map(group).join("")}<g clip-path="url(#${D.name}-chart)">${group("links")}</g>${["axis", "strip", "date", "corners", "crews"].map(group).join("")}`;
    layer = Object.fromEntries([...svg.querySelectorAll("[data-is]")].map((g) => [g.dataset.is, g]));
    drawn = new Map(); span = [0, 0]; linked = "";
    layer.storms.innerHTML = storms();
    layer.axis.innerHTML = `${cover(HEAD)}<g></g><g></g>`;
    layer.strip.innerHTML = `${cover(STRIP)}<g></g>`;
    layer.strip.setAttribute("transform", `translate(0,${base})`);
    layer.corners.innerHTML = `<rect class="side" width="${l}" height="${HEAD}"/>${heads(true)}`
      + (STRIP ? `<g transform="translate(0,${base})"><rect class="side" width="${l}" height="${STRIP}"/>${stripNames(l)}<path class="grid year" d="M0 0H${width}"/></g>` : "");
    underneath(l);
  }
  function draw() {
    if (stale) { stale = false; frame(); }
    const top = view.scrollTop, aside = view.scrollLeft, l = left(), base = height - STRIP, far = l - aside;
    const first = Math.floor(top / ROW), last = Math.ceil((top + base - HEAD) / ROW); // in sight
    rows(Math.max(0, first - BEYOND), Math.min(flat.length, last + BEYOND), l, far);
    const down = `translate(0,${HEAD - top})`;
    layer.rows.setAttribute("transform", down);
    for (const name of ["storms", "links"]) layer[name].setAttribute("transform", `translate(${px(far)},${HEAD - top})`);
    links(first, last);
    header(aside, far);
    layer.strip.lastChild.setAttribute("transform", `translate(${px(far)},0)`);
    const now = far + D.now * scale, isSeen = now >= l && now <= width;
    layer.date.innerHTML = isSeen ? `<path class="date" d="M${px(now)} 3V${height}"/><text class="now" x="${px(now + 4)}" y="12">data date ${iso(D.now)}</text>` : "";
    if (chosen >= 0) view.setAttribute("aria-activedescendant", `${D.name}-${chosen}`);
  }
  // Rows that came near are added in their order, those that are far go; all follow a scroll aside.
  let asideWas = 0;
  function rows(first, last, l, far) {
    for (const [i, g] of drawn) if (i < first || i >= last) { g.remove(); drawn.delete(i); }
    let run = "", from = first;
    const flush = (to) => {
      if (!run) return;
      const after = drawn.get(to), made = document.createElementNS(svg.namespaceURI, "g");
      made.innerHTML = run;
      [...made.children].forEach((g, n) => drawn.set(from + n, g));
      layer.rows.insertBefore(fragment(made), after || null);
      run = "";
    };
    if (far !== asideWas) { asideWas = far; for (const g of drawn.values()) g.children[1].setAttribute("transform", `translate(${px(far)},0)`); }
    for (let i = first; i < last; i++) {
      if (drawn.has(i)) { flush(i); continue; }
      if (!run) from = i;
      run += row(flat[i], i, l, far);
    }
    flush(last);
  }
  function fragment(g) { const made = document.createDocumentFragment(); made.append(...g.children); return made; }
  function storms() {
    let s = "";
    for (let i = 0, next; i < flat.length; i = next) {
      for (next = i + 1; next < flat.length && flat[next].top === flat[i].top;) next++;
      const months = D.storms[flat[i].top] || [];
      for (let n = 0; n < months.length; n += 2) s += `<rect class="storm" x="${px(months[n] * scale)}" y="${i * ROW}" width="${px((months[n + 1] - months[n]) * scale)}" height="${(next - i) * ROW}"/>`;
    }
    return s;
  }
  // The axis is drawn a window beyond either edge, and again when the scroll leaves that.
  function header(aside, far) {
    const [, labels, names] = layer.axis.children;
    const from = aside / scale, to = from + chart() / scale;
    if (from < span[0] || to > span[1] || span[1] === 0) {
      const more = to - from;
      span = [Math.max(0, from - more), Math.min(D.days, to + more)];
      [layer.grid.innerHTML, labels.innerHTML] = axis(...span, (d) => d * scale, HEAD, height);
      if (span[1] === D.days) span[1] = Infinity;
      if (span[0] === 0) span[0] = -Infinity;
    }
    for (const g of [layer.grid, labels]) g.setAttribute("transform", `translate(${px(far)},0)`);
    names.innerHTML = years(from, Math.min(to, D.days), (d) => far + d * scale, left());
  }

  // ---- Links --------------------------------------------------------------------------------
  function ends(r) {
    let a = Infinity, b = -Infinity;
    for (let n = 0; n < r.bars.length; n += 3) if (FORECAST.includes(D.bars[r.bars[n]])) { a = Math.min(a, r.bars[n + 1]); b = Math.max(b, r.bars[n + 2]); }
    for (let n = 0; n < r.marks.length && a === Infinity; n += 6) { a = Math.min(a, r.marks[n + 1]); b = Math.max(b, r.marks[n + 1]); }
    return [a, b];
  }
  // Of the row chosen; of every row in sight where all are asked for.
  function links(first, last) {
    const isNear = (r) => place[r.i] >= first && place[r.i] < last;
    const asked = everyLink ? `${first} ${last}` : `of ${chosen}`;
    if (asked === linked) return;
    linked = asked;
    const found = pairs.filter((k) => k.p.i === chosen || k.q.i === chosen || (everyLink && (isNear(k.p) || isNear(k.q))));
    layer.links.innerHTML = found.slice(0, MOST_LINKS).map((k) => link(k, k.p.i === chosen || k.q.i === chosen)).join("");
  }
  function link(k, isNamed) {
    const from = k.kind === "SS" || k.kind === "SF" ? 0 : 1, to = k.kind === "FF" || k.kind === "SF" ? 1 : 0;
    const a = ends(k.p)[from], b = ends(k.q)[to];
    if (!isFinite(a) || !isFinite(b)) return "";
    const x1 = a * scale, x2 = b * scale, y1 = place[k.p.i] * ROW + 10, y2 = place[k.q.i] * ROW + 10;
    const turn = y2 > y1 ? -8 : 8, side = to ? 7 : -7;
    const mid = k.kind === "SS" ? Math.min(x1, x2) - 9 : k.kind === "FF" ? Math.max(x1, x2) + 9 : null;
    const way = mid === null ? `H${px(x1 + 6)}V${y2 + turn}H${px(x2 + side)}V${y2}H${px(x2)}` : `H${px(mid)}V${y2}H${px(x2)}`;
    const head = side > 0 ? "m4-3l-4 3 4 3" : "m-4-3l4 3-4 3";
    const name = isNamed ? `<text class="kind" x="${px(mid === null ? x1 + 8 : mid + 2)}" y="${(y1 + y2) / 2}">${k.kind}${k.lag ? `+${k.lag} d` : ""}</text>` : "";
    return `<path class="link${k.drives ? " drives" : ""}${isNamed ? "" : " faint"}" data-kind="${k.kind}" d="M${px(x1)} ${y1}${way}${head}"/>${name}`;
  }

  // ---- The strip beneath: megawatts, and the crews of the row chosen -------------------------
  const LOW = STRIP - 8, TALL = STRIP - 22;
  const mostMW = Math.max(1, ...D.strip.map((s) => Math.max(...s[2])));
  function strip(x, end) {
    if (!STRIP) return "";
    const y = (v) => LOW - (TALL * v) / mostMW;
    const line = ([, days, values], n) => `<polyline class="line${n}" points="${days.map((d, i) => `${px(x(d))},${px(y(values[i]))}`).join(" ")}"/>`;
    return `<path class="grid year" d="M${px(x(0))} ${LOW}H${px(x(0) + end)}"/>${D.strip.map(line).join("")}`;
  }
  function stripNames(l) {
    const key = ([name], n) => `<path class="key line${n}" d="M8 ${28 + 16 * n}h24"/><text x="38" y="${32 + 16 * n}">${esc(name)}</text>`;
    return `<text class="num dim" x="${l - 5}" y="${LOW}">0</text><text class="num dim" x="${l - 5}" y="${LOW - TALL + 8}">${power(mostMW)}</text>`
      + `<text class="head" x="8" y="16">Facility power, P50 and plan</text>${D.strip.map(key).join("")}`;
  }
  // Crews by trade, first the furthest over its limit, then the most: steps of what a row and all
  // below it hold, at P50 dates.
  function crewSteps(r) {
    const steps = new Map(), limits = new Map(D.limits[r.top] || []);
    const add = (r) => {
      const [a, b] = r.crews.length ? ends(r) : [0, 0];
      for (const [trade, n] of r.crews) { const m = steps.get(trade) || steps.set(trade, new Map()).get(trade); m.set(a, (m.get(a) || 0) + n); m.set(b, (m.get(b) || 0) - n); }
      r.below.forEach(add);
    };
    add(r);
    return [...steps].map(([trade, m]) => {
      let now = 0, most = 0;
      const line = [...m].sort((p, q) => p[0] - q[0]).map(([d, n]) => { now += n; most = Math.max(most, now); return [d, now]; });
      return { trade, line, most, limit: limits.get(trade) };
    }).sort((p, q) => over(q) - over(p) || q.most - p.most);
  }
  const over = (c) => (c.limit === undefined ? 0 : Math.max(0, c.most / c.limit - 1));
  let held = [];
  // The three largest; where a trade is over its limit, that one alone, its excess hatched.
  const crewsShown = () => (held.length && over(held[0]) ? held.slice(0, 1) : held.slice(0, 3));
  function crews(x, end) {
    const drawn = crewsShown();
    if (!drawn.length || !STRIP) return "";
    const most = Math.max(...drawn.map((c) => c.most)), y = (v) => px(LOW - (TALL * v) / most);
    return drawn.map((c, n) => {
      let d = "", excess = "";
      c.line.forEach(([day, v], i) => {
        d += d ? `H${px(x(day))}V${y(v)}` : `M${px(x(day))} ${px(LOW)}V${y(v)}`;
        if (v > c.limit && i + 1 < c.line.length) excess += `<rect class="over" x="${px(x(day))}" y="${y(v)}" width="${px(x(c.line[i + 1][0]) - x(day))}" height="${px((TALL * (v - c.limit)) / most)}"/>`;
      });
      const limit = excess ? `<path class="limit" d="M${px(x(0))} ${y(c.limit)}H${px(x(0) + end)}"/>` : "";
      return `<path class="crew crew${n}" d="${d}"><title>${esc(c.trade)}: at most ${c.most}</title></path>${excess}${limit}`;
    }).join("");
  }
  // All of the strip, and beside its names the crews that it shows.
  function underneath(l) {
    const x = (d) => d * scale, end = D.days * scale, named = crewsShown().map((c) => c.trade + (over(c) ? `, limit ${c.limit}` : ""));
    layer.strip.lastChild.innerHTML = `<g class="${named.length ? "faint" : ""}">${strip(x, end)}</g>${crews(x, end)}`;
    layer.crews.innerHTML = named.length ? `<text class="kind" x="${l + 4}" y="${height - STRIP + 13}">Crews: ${esc(named.join("; "))}</text>` : "";
  }

  // ---- What is told of a row ----------------------------------------------------------------
  const VERB = { FS: "finish", SS: "start", FF: "finish", SF: "start", crew: "crew" };
  function driver(r) {
    const k = (into.get(r.i) || []).find((k) => k.drives);
    if (k) return `Driven by the ${VERB[k.kind]} of ${ROWS[k.p].name} (${k.kind}${k.lag ? ` + ${k.lag} d` : ""}).`;
    return r.by ? `Driven by ${r.by}.` : "";
  }
  function spare(r) {
    const days = r.cells[SLACK];
    if (days === null) return "";
    if (days < 1) return "It has no float: a day later here is a day later at its site's last milestone.";
    return `${r.onPath ? "On the driving path; it" : "Not critical: it"} can slip ${days} ${days === 1 ? "day" : "days"} before its site's last milestone moves.`;
  }
  function tell() {
    const r = ROWS[chosen];
    held = r ? crewSteps(r) : [];
    if (!r) { told.textContent = "Choose a row for what drives it, its links and its crews."; return; }
    const n = (into.get(r.i) || []).length, m = (out.get(r.i) || []).length, marks = [];
    for (let k = 0; k < r.marks.length && r.marks.length < 24; k += 6) marks.push(`${D.texts[r.marks[k + 5]]}.`);
    const of = (c) => `${c.trade} ${c.most}${c.limit === undefined ? "" : ` of ${c.limit}`}`;
    const hatched = held.some(over) ? " Hatched: above the limit, if each kept its P50 date; in no future do crews exceed it, for work waits." : "";
    told.textContent = [
      `${r.name}.`, driver(r), spare(r), n || m ? `${n} ${n === 1 ? "predecessor" : "predecessors"}, ${m} ${m === 1 ? "successor" : "successors"}.` : "", ...marks,
      held.length ? `Crews at most, at P50 dates: ${held.map(of).join(", ")}.${hatched}` : "",
    ].filter(Boolean).join(" ");
  }
  function choose(i, reveal) {
    const before = chosen;
    chosen = i; tell();
    const at = place[i];
    if (reveal && at >= 0) {
      const y = at * ROW, seen = height - HEAD - STRIP;
      if (y < view.scrollTop) view.scrollTop = y;
      else if (y + ROW > view.scrollTop + seen) view.scrollTop = y + ROW - seen;
    }
    for (const j of [before, i]) { const g = drawn.get(place[j]); if (g) g.setAttribute("aria-selected", j === i); }
    linked = "";
    underneath(left());
    if (i < 0) view.removeAttribute("aria-activedescendant");
    soon(); remember();
  }
  // A bar says its row's numbers and driver under the pointer; made when it is asked for.
  view.addEventListener("pointerover", (e) => {
    const bar = e.target.closest(".bars");
    if (!bar || e.target.firstChild || bar.querySelector(":scope > title")) return;
    const r = ROWS[+bar.parentNode.dataset.i], title = document.createElementNS(svg.namespaceURI, "title");
    title.textContent = [`${r.name}: ${short(r)}.`, driver(r), spare(r)].filter(Boolean).join(" ");
    bar.prepend(title);
  });

  // ---- Folding and zoom ---------------------------------------------------------------------
  function fold(r, to) { if (!isParent(r)) return; r.fold = to; flatten(); remember(); }
  const next = (r) => (r.fold === CLOSED || r.fold === PATH ? OPEN : CLOSED);
  // About a point of the window, a third of the chart by default.
  function zoom(to, at = left() + chart() / 3) {
    const day = (view.scrollLeft + at - left()) / scale, least = chart() / D.days;
    scale = Math.min(40, Math.max(least, to)); isFit = scale <= least * 1.001;
    size(); view.scrollLeft = day * scale - (at - left()); press(); remember();
  }
  function press() {
    for (const b of tools.querySelectorAll("[data-zoom]")) b.setAttribute("aria-pressed", b.dataset.zoom === "fit" ? isFit : !isFit && Math.abs(scale / ZOOMS[b.dataset.zoom] - 1) < 0.01);
    for (const [name, is] of [["options", options], ["links", everyLink]]) find(`[data-do=${name}]`).setAttribute("aria-pressed", is);
  }
  function foldAll(to) { for (const r of ROWS) r.fold = to(r); flatten(); }
  function showOptions() {
    options = !options;
    if (options) for (const r of ROWS) if (r.rejected) for (let u = ROWS[r.above]; u; u = ROWS[u.above]) if (u.fold === CLOSED) u.fold = PATH;
    flatten();
  }
  const DO = {
    in: () => zoom(scale * 1.5), out: () => zoom(scale / 1.5),
    groups: () => foldAll((r) => (r.depth ? CLOSED : OPEN)), path: () => foldAll((r) => r.first), all: () => foldAll(() => OPEN),
    options: showOptions, links: () => { everyLink = !everyLink; linked = ""; soon(); },
  };
  tools.addEventListener("click", (e) => {
    const b = e.target.closest("button"); if (!b) return;
    if (b.dataset.zoom) return zoom(b.dataset.zoom === "fit" ? 0 : ZOOMS[b.dataset.zoom]);
    DO[b.dataset.do](); press(); remember();
  });
  D.columns.forEach((c, n) => {
    const label = document.createElement("label"), tick = document.createElement("input");
    tick.type = "checkbox"; tick.checked = columns[n];
    tick.addEventListener("change", () => { columns[n] = tick.checked; size(); });
    label.append(tick, ` ${c[0]}: ${c[2]}`); find(".gcols").append(label);
  });
  const slackBox = find(".gslack");
  const setSlack = (text) => { slack = text === "" || !isFinite(+text) ? null : Math.max(0, +text); soon(true); };
  slackBox.addEventListener("input", () => { setSlack(slackBox.value); remember(); });

  // ---- Pointer and keys ---------------------------------------------------------------------
  view.addEventListener("click", (e) => {
    const g = e.target.closest(".row"); if (!g) return;
    const r = ROWS[+g.dataset.i];
    if (e.clientX - svg.getBoundingClientRect().left < nameWidth() && (e.target.matches(".fold") || e.detail === 2)) fold(r, next(r));
    choose(r.i, false); view.focus({ preventScroll: true });
  });
  view.addEventListener("scroll", () => { soon(); remember(); }, { passive: true });
  view.addEventListener("wheel", (e) => {
    if (!(e.ctrlKey || e.metaKey || e.altKey)) return;
    e.preventDefault(); zoom(scale * Math.exp(-e.deltaY / 300), e.clientX - svg.getBoundingClientRect().left);
  }, { passive: false });
  view.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const at = chosen >= 0 ? place[chosen] : -1, r = flat[at], page = Math.max(1, Math.floor((height - HEAD - STRIP) / ROW) - 1);
    const go = (n) => choose(flat[Math.min(flat.length - 1, Math.max(0, n))].i, true);
    const keys = {
      ArrowDown: () => go(at + 1), ArrowUp: () => go(at - 1), PageDown: () => go(at + page), PageUp: () => go(at - page),
      Home: () => go(0), End: () => go(flat.length - 1),
      ArrowRight: () => r && (isParent(r) && r.fold !== OPEN ? fold(r, OPEN) : go(at + 1)),
      ArrowLeft: () => r && (isParent(r) && r.fold !== CLOSED ? fold(r, CLOSED) : r.above >= 0 && choose(r.above, true)),
      Enter: () => r && fold(r, next(r)), " ": () => r && fold(r, next(r)),
      "+": DO.in, "=": DO.in, "-": DO.out, "0": () => zoom(0), Escape: () => choose(-1),
    };
    if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
  });

  // ---- Where one is lives in the fragment ---------------------------------------------------
  // z pixels a day, d first day, r first row, f folds that differ, s choice, o options, l links, c float.
  let wait = 0, ready = false;
  function remember() { if (ready) { clearTimeout(wait); wait = setTimeout(write, 200); } }
  function write() {
    const p = new URLSearchParams();
    if (!isFit) { p.set("z", scale.toFixed(3)); p.set("d", iso(view.scrollLeft / scale)); }
    if (view.scrollTop) p.set("r", Math.round(view.scrollTop / ROW));
    for (const r of ROWS) if (r.fold !== r.first && r.below.length) p.append("f", r.fold + r.key);
    if (chosen >= 0) p.set("s", ROWS[chosen].key);
    if (options) p.set("o", 1);
    if (everyLink) p.set("l", 1);
    if (slack !== null) p.set("c", slack);
    try { history.replaceState(null, "", `#${D.name}?${p}`); } catch { /* a frame may forbid it */ }
  }
  function recall() {
    if (!location.hash.startsWith(`#${D.name}?`)) return;
    const p = new URLSearchParams(location.hash.slice(D.name.length + 2));
    options = p.has("o"); everyLink = p.has("l"); slackBox.value = p.get("c") || ""; setSlack(slackBox.value);
    for (const r of ROWS) r.fold = r.first;
    for (const f of p.getAll("f")) { const r = byKey.get(f.slice(1)); if (r) r.fold = Math.min(PATH, Math.max(0, +f[0] || 0)); }
    if (p.has("z")) { scale = Math.min(40, Math.max(1e-3, +p.get("z") || 0)); isFit = false; }
    const r = byKey.get(p.get("s")); chosen = r ? r.i : -1; tell();
    flatten();
    if (p.has("d")) view.scrollLeft = ((Date.parse(p.get("d")) - zero) / DAY || 0) * scale;
    if (p.has("r")) view.scrollTop = (+p.get("r") || 0) * ROW;
    press(); box.scrollIntoView();
  }
  addEventListener("hashchange", recall);

  // ---- Paper: a table whose head repeats; a row is one picture as wide as the axis ------------
  const paper = find(".gpaper");
  addEventListener("beforeprint", () => {
    const keep = [width, scale, columns];
    width = 1480; columns = D.columns.map(() => true); scale = (width - left() - RIGHT) / D.days;
    const l = left(), x = (d) => l + d * scale, bare = (s) => s.replace(/ (id|role|aria-[a-z]+)="[^"]*"/g, "");
    const picture = (h, body) => `<svg class="g" viewBox="0 0 ${width} ${h}">${body}</svg>`;
    const ruled = ticks(0, D.days).filter(([d]) => d >= 0).map(([d, , strong]) => `<path class="grid${strong ? " year" : ""}" d="M${px(x(d))} 0V${ROW}"/>`).join("") + `<path class="date" d="M${px(x(D.now))} 0V${ROW}"/>`;
    const season = (r) => { let s = "", m = D.storms[r.top] || []; for (let n = 0; n < m.length; n += 2) s += `<rect class="storm" x="${px(x(m[n]))}" width="${px((m[n + 1] - m[n]) * scale)}" height="${ROW}"/>`; return s; };
    const head = picture(HEAD, heads(false) + axis(0, D.days, x, HEAD - 6, HEAD).join("") + years(0, D.days, x, l) + `<text class="now" x="${px(x(D.now) + 4)}" y="12">data date ${iso(D.now)}</text>`);
    const line = (r) => `<tr><td>${picture(ROW, ruled + season(r) + `<g class="${r.rejected ? "off" : ""}">${bars(r, x)}${bare(label(r))}</g>`)}</td></tr>`;
    const under = STRIP ? picture(STRIP, strip(x, D.days * scale) + stripNames(l)) : "";
    paper.innerHTML = `<table><thead><tr><td><b>${esc(document.title)}</b> <span class="glegend">${find(".glegend").innerHTML}</span>${head}</td></tr></thead><tbody>${flat.map(line).join("")}<tr><td>${under}</td></tr></tbody></table>`;
    [width, scale, columns] = keep;
  });
  addEventListener("afterprint", () => { paper.innerHTML = ""; });

  new ResizeObserver(() => { if (view.clientWidth !== width) size(); }).observe(view);
  flatten(); tell(); press(); recall(); draw(); ready = true;
})();
