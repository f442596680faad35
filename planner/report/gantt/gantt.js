"use strict";
// The Gantt: one SVG the size of its window, redrawn at each scroll with the rows in sight alone.
// A row is one group, name, numbers and bars in it, so that they cannot part.
for (const box of document.querySelectorAll(".gantt")) (function () {
  box.classList.add("live");
  const D = JSON.parse(box.querySelector("script").textContent);
  const view = box.querySelector(".gview"), room = box.querySelector(".groom");
  const svg = box.querySelector(".gdraw"), tools = box.querySelector(".gtools"), told = box.querySelector(".gtold");
  const ROW = 22, HEAD = 52, STRIP = D.strip.length ? 104 : 0, DAY = 86400000;
  const [CLOSED, OPEN, PATH] = [0, 1, 2], WIDTHS = { date: 76, day: 46, share: 44 };
  const zero = Date.parse(D.start);
  const esc = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const iso = (day) => new Date(zero + Math.round(day) * DAY).toISOString().slice(0, 10);
  const ROWS = D.rows.map(([above, name, key, fold, flags, cells, bars, marks, crews, by], i) => ({
    i, above, name: D.texts[name], tail: D.texts[key], fold, first: fold, onPath: flags & 1, rejected: flags & 2, cells,
    bars, marks, crews: crews < 0 ? [] : D.crews[crews], by: by < 0 ? "" : D.texts[by], below: [], depth: 0, top: i,
  }));
  const byKey = new Map();
  for (const r of ROWS) {
    const up = ROWS[r.above];
    r.key = r.tail[0] === "/" ? r.tail.slice(1) : `${up.key}/${r.tail}`;
    byKey.set(r.key, r);
    if (up) { up.below.push(r); r.depth = up.depth + 1; r.top = up.top; }
  }
  const into = new Map(), out = new Map();
  for (let n = 0; n < D.links.length; n += 4) {
    const [p, s, sort, drives] = D.links.slice(n, n + 4);
    const [kind, lag] = D.sorts[sort], link = { p, s, kind, lag, drives };
    for (const [map, at] of [[into, s], [out, p]]) map.has(at) ? map.get(at).push(link) : map.set(at, [link]);
  }
  const SHAPES = { rfs: "0-6l6 6-6 6-6-6z", point: "0-6l6 6-6 6-6-6z", power: "0-6l6 11h-12z", racks: "-5-5h10v10h-10z", target: "0 6l-6-11h12z" };
  const BOX = { base: [17, 3], summary: [7, 5], float: [6, 8], driving: [3, 12], rejected: [5, 10] };
  const ZOOMS = { day: 16, week: 5, month: 1.6, quarter: 0.55 };

  // What is seen: px a day, fold of each row, row chosen, options not taken, columns.
  let scale = 0, isFit = true, chosen = -1, options = false, flat = [], place = [], width = 0, height = 0, ask = 0;
  let columns = D.columns.map((c, i) => !(c[3] && view.clientWidth < 1000));
  const nameWidth = () => (width < 900 ? 190 : 270);
  const left = () => nameWidth() + D.columns.reduce((x, c, i) => x + (columns[i] ? WIDTHS[c[1]] : 0), 0) + 12;
  const chart = () => Math.max(60, width - left() - 12);
  let shift = 0;
  const x = (day) => shift + day * scale;

  function flatten() {
    flat = []; place = new Array(ROWS.length).fill(-1);
    const add = (r) => {
      if (r.rejected && !options) return;
      place[r.i] = flat.length; flat.push(r);
      if (r.fold !== CLOSED) for (const b of r.below) if (r.fold === OPEN || b.onPath || (options && b.rejected)) add(b);
    };
    for (const r of ROWS) if (r.above < 0) add(r);
    size();
  }
  function size() {
    width = view.clientWidth;
    if (isFit || scale * D.days < chart()) scale = chart() / D.days;
    const all = HEAD + flat.length * ROW + STRIP;
    const most = Math.max(320, innerHeight - 190);
    view.style.height = Math.min(all + 2 + (isFit ? 0 : 16), most) + "px";
    height = view.clientHeight;
    room.style.width = isFit ? "100%" : left() + D.days * scale + 12 + "px";
    room.style.height = all + "px";
    svg.setAttribute("width", width); svg.setAttribute("height", height);
    view.setAttribute("aria-rowcount", flat.length);
    soon();
  }
  const soon = () => { if (!ask) ask = requestAnimationFrame(() => { ask = 0; draw(); }); };

  // Ticks: [day, label, is strong].
  function ticks(from, to) {
    const made = [], at = (y, m, d) => (Date.UTC(y, m, d) - zero) / DAY;
    const first = new Date(zero + from * DAY);
    if (scale >= 9) for (let d = Math.floor(from); d <= to; d++) {
      const t = new Date(zero + d * DAY), n = t.getUTCDate();
      made.push([d, n === 1 ? iso(d).slice(0, 7) : String(n), n === 1]);
    } else if (scale >= 3) {
      let d = Math.floor(from); d -= (new Date(zero + d * DAY).getUTCDay() + 6) % 7;
      for (; d <= to; d += 7) made.push([d, iso(d).slice(5), new Date(zero + d * DAY).getUTCDate() <= 7]);
    } else {
      const months = scale >= 1 ? 1 : scale >= 0.14 ? 3 : 12;
      for (let m = Math.floor(first.getUTCMonth() / months) * months, y = first.getUTCFullYear(); ; m += months) {
        const d = at(y, m, 1); if (d > to) break;
        const t = new Date(zero + d * DAY), q = t.getUTCMonth() / 3 + 1, isYear = !t.getUTCMonth();
        made.push([d, months === 1 ? iso(d).slice(5, 7) : months === 3 && scale * 91 > 24 ? `Q${q}` : "", isYear]);
      }
    }
    return made;
  }
  function header(from, to, bottom, l = left()) {
    let s = "", last = -99, year = from;
    for (const [d, label, strong] of ticks(from, to)) {
      const at = x(d); if (at < l - 1) continue;
      s += `<path class="grid${strong ? " year" : ""}" d="M${at} ${HEAD - 6}V${bottom}"/>`;
      if (label && at - last > 8 + 6.5 * label.length && at < width - 16) { s += `<text class="dim" x="${at + 3}" y="${HEAD - 8}">${label}</text>`; last = at; }
    }
    for (let y = new Date(zero + from * DAY).getUTCFullYear(); ; y++) {
      const d = (Date.UTC(y, 0, 1) - zero) / DAY; if (d > to) break;
      const next = x((Date.UTC(y + 1, 0, 1) - zero) / DAY), at = Math.max(x(d), l);
      if (next - at > 34) s += `<text class="head" x="${at + 3}" y="28">${y}</text>`;
    }
    return s;
  }
  function said(r, c) {
    const v = r.cells[c], kind = D.columns[c][1];
    if (v === null) return "";
    return kind === "date" ? iso(v) : kind === "share" ? v.toFixed(2) : String(Math.round(v)).replace("-", "\u2212");
  }
  function bars(r, X, lo, hi) {
    let s = "";
    for (let n = 0; n < r.bars.length; n += 3) {
      const kind = D.bars[r.bars[n]], a = Math.max(X(r.bars[n + 1]), lo), b = Math.min(X(r.bars[n + 2]), hi);
      if (b < lo || a > hi) continue;
      const [top, h] = BOX[kind] || [4, 12];
      s += `<rect class="${kind}" x="${a.toFixed(1)}" y="${top}" width="${Math.max(b - a, 1.5).toFixed(1)}" height="${h}"/>`;
      const now = Math.min(X(D.now), b);
      if ((kind === "build" || kind === "tail") && now > a) s += `<rect class="done" x="${a.toFixed(1)}" y="11" width="${(now - a).toFixed(1)}" height="5"/>`;
    }
    for (let n = 0; n < r.marks.length; n += 6) {
      const [k, d, p10, p80, p90, label] = r.marks.slice(n, n + 6), at = X(d), kind = D.marks[k];
      if (at < lo || at > hi) continue;
      if (p10 !== null) s += `<path class="whisker" d="M${Math.max(lo, X(p10)).toFixed(1)} 8v6m0-3H${(p90 === null ? hi : Math.min(hi, X(p90))).toFixed(1)}m0-3v6"/>`;
      if (p80 !== null && X(p80) <= hi && X(p80) >= lo) s += `<path class="whisker" d="M${X(p80).toFixed(1)} 4v14"/>`;
      s += `<path class="${kind}" d="M${at.toFixed(1)} 11m${SHAPES[kind]}"><title>${esc(D.texts[label])}</title></path>`;
    }
    return s;
  }
  function cut(text, px) { const n = Math.floor(px / 6.4); return [...text].length > n ? [...text].slice(0, n - 1).join("") + "\u2026" : text; }
  const isParent = (r) => r.below.some((b) => options || !b.rejected);
  const sign = (r) => (!isParent(r) ? "" : r.fold === OPEN ? "\u25be" : r.fold === PATH ? "\u25b9" : "\u25b8");
  function row(r, i, y, X, lo, hi) {
    const indent = 8 + 14 * r.depth, fold = sign(r);
    let s = `<g class="row${r.rejected ? " off" : ""}" id="${D.name}-${r.i}" role="row" data-i="${r.i}" aria-level="${r.depth + 1}" aria-rowindex="${i + 1}" aria-selected="${r.i === chosen}"${fold ? ` aria-expanded="${r.fold !== CLOSED}"` : ""} transform="translate(0,${y})">`;
    s += `<rect class="back" width="${width}" height="${ROW}"/>`;
    for (let n = 0, st = D.storms[r.top] || []; n < st.length; n += 2) {
      const a = Math.max(lo, X(st[n])), b = Math.min(hi, X(st[n + 1]));
      if (b > a) s += `<rect class="storm" x="${a.toFixed(1)}" width="${(b - a).toFixed(1)}" height="${ROW}"/>`;
    }
    if (fold) s += `<text class="fold" x="${indent - 2}" y="15" aria-hidden="true">${fold}</text>`;
    s += `<g role="rowheader"><text${r.depth ? "" : ' class="head"'} x="${indent + 12}" y="15">${esc(cut(r.name, nameWidth() - indent - 14))}<title>${esc(r.name)} (${esc(r.key)})</title></text></g>`;
    let at = nameWidth();
    D.columns.forEach((c, n) => { if (columns[n]) { at += WIDTHS[c[1]]; const v = said(r, n); if (v) s += `<text role="gridcell" class="num dim" x="${at}" y="15">${v}</text>`; } });
    return s + `<g role="gridcell" aria-label="${esc(short(r))}">${bars(r, X, lo, hi)}</g></g>`;
  }
  const short = (r) => D.columns.map((c, n) => [c[0], said(r, n)]).filter((p) => p[1]).map((p) => p.join(" ")).join(", ") || "no dates of its own";

  function draw() {
    const l = left(), top = view.scrollTop, aside = view.scrollLeft, base = height - STRIP;
    const first = Math.max(0, Math.floor(top / ROW)), last = Math.min(flat.length, Math.ceil((top + base - HEAD) / ROW) + 1);
    shift = l - aside;
    const from = aside / scale, to = Math.min(D.days, from + (width - l - 12) / scale), hi = width - 10;
    let s = `<g clip-path="url(#${D.name}-body)">`;
    const end = Math.min(base, HEAD + flat.length * ROW - top);
    for (let i = first; i < last; i++) s += row(flat[i], i, HEAD + i * ROW - top, x, l, hi);
    s += links(top, l, hi) + "</g>" + header(from, to, end);
    let at = nameWidth();
    D.columns.forEach((c, n) => { if (columns[n]) { at += WIDTHS[c[1]]; s += `<text class="num dim" x="${at}" y="${HEAD - 8}">${esc(c[0])}<title>${esc(c[2])}</title></text>`; } });
    const now = x(D.now);
    if (now >= l && now <= hi) s += `<path class="date" d="M${now} 3V${base + STRIP}"/><text class="now" x="${now + 4}" y="12">data date ${iso(D.now)}</text>`;
    s += strip(base, l, hi) + crews(base, l, hi);
    svg.innerHTML = defs(base) + s;
    if (chosen >= 0) view.setAttribute("aria-activedescendant", `${D.name}-${chosen}`);
  }
  const defs = (base) => `<defs><pattern id="g-live" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" style="fill:var(--paper)"/><path d="M0 0V5" stroke="#D55E00" stroke-width="3"/></pattern><clipPath id="${D.name}-body"><rect y="${HEAD}" width="${width}" height="${Math.max(0, base - HEAD)}"/></clipPath></defs>`;

  // The links of the row chosen, between rows in sight; a folded row stands for what it holds.
  const visible = (i) => { let r = ROWS[i]; while (r && place[r.i] < 0) r = ROWS[r.above]; return r; };
  function ends(r) {
    let a = Infinity, b = -Infinity;
    for (let n = 0; n < r.bars.length; n += 3) if (["build", "tail", "summary"].includes(D.bars[r.bars[n]])) { a = Math.min(a, r.bars[n + 1]); b = Math.max(b, r.bars[n + 2]); }
    for (let n = 0; n < r.marks.length && a === Infinity; n += 6) { a = Math.min(a, r.marks[n + 1]); b = Math.max(b, r.marks[n + 1]); }
    return [a, b];
  }
  function links(top, l, hi) {
    if (chosen < 0) return "";
    let s = "";
    for (const k of [...(into.get(chosen) || []), ...(out.get(chosen) || [])]) {
      const p = visible(k.p), q = visible(k.s);
      if (!p || !q || p === q) continue;
      const a = ends(p)[k.kind === "SS" || k.kind === "SF" ? 0 : 1], b = ends(q)[k.kind === "FF" || k.kind === "SF" ? 1 : 0];
      const x1 = Math.min(hi, Math.max(l, x(a))), x2 = Math.min(hi, Math.max(l, x(b)));
      const y1 = HEAD + place[p.i] * ROW - top + 10, y2 = HEAD + place[q.i] * ROW - top + 10, turn = y2 > y1 ? -8 : 8;
      const side = k.kind === "FF" || k.kind === "SF" ? 7 : -7, mid = k.kind === "SS" ? Math.min(x1, x2) - 9 : k.kind === "FF" ? Math.max(x1, x2) + 9 : null;
      const way = mid === null ? `H${x1 + 6}V${y2 + turn}H${x2 + side}V${y2}H${x2}` : `H${mid}V${y2}H${x2}`;
      s += `<path class="link${k.drives ? " drives" : ""}" data-kind="${k.kind}" d="M${x1} ${y1}${way}m${side > 0 ? 4 : -4}-3l${side > 0 ? -4 : 4} 3 ${side > 0 ? 4 : -4} 3"/>`;
      s += `<text class="kind" x="${(mid === null ? x1 + 8 : mid + 2)}" y="${(y1 + y2) / 2}">${k.kind}${k.lag ? `+${k.lag} d` : ""}</text>`;
    }
    return s;
  }
  function strip(base, l, hi) {
    if (!STRIP) return "";
    const most = Math.max(1, ...D.strip.map((s) => Math.max(...s[2]))), low = base + STRIP - 8, h = STRIP - 22, y = (v) => low - (h * v) / most;
    let s = `<rect class="under" y="${base}" width="${width}" height="${STRIP}"/><path class="grid year" d="M${l} ${low}H${hi}M0 ${base}H${width}"/>`;
    s += `<text class="num dim" x="${l - 5}" y="${low}">0</text><text class="num dim" x="${l - 5}" y="${y(most) + 8}">${Math.round(most).toLocaleString("en-GB")} MW</text>`;
    s += `<text class="head" x="8" y="${base + 16}">MW of facility power</text>`;
    D.strip.forEach(([name, days, values], n) => {
      const points = days.map((d, i) => [x(d), y(values[i])]).filter((p, i, all) => (all[i + 1] || p)[0] >= l && (all[i - 1] || p)[0] <= hi).map(([a, b]) => `${Math.min(hi, Math.max(l, a)).toFixed(1)},${b.toFixed(1)}`);
      s += `<polyline class="line${n}" points="${points.join(" ")}"/><path class="key line${n}" d="M8 ${base + 28 + 16 * n}h24"/><text x="38" y="${base + 32 + 16 * n}">${esc(name)}</text>`;
    });
    return s;
  }
  // Crews of the row chosen, by trade, over the same axis: steps of what it and all below hold.
  function crewSteps(r) {
    const steps = new Map();
    const add = (r) => {
      const [a, b] = r.crews.length ? ends(r) : [0, 0];
      for (const [trade, n] of r.crews) { const m = steps.get(trade) || steps.set(trade, new Map()).get(trade); m.set(a, (m.get(a) || 0) + n); m.set(b, (m.get(b) || 0) - n); }
      r.below.forEach(add);
    };
    add(r);
    return [...steps].map(([trade, m]) => {
      let now = 0, most = 0; const line = [...m].sort((p, q) => p[0] - q[0]).map(([d, n]) => { now += n; most = Math.max(most, now); return [d, now]; });
      return { trade, line, most };
    }).sort((p, q) => q.most - p.most);
  }
  let held = [];
  function crews(base, l, hi) {
    if (!held.length) return "";
    const most = held[0].most, low = base + STRIP - 8, h = STRIP - 22;
    let s = "";
    held.slice(0, 3).forEach(({ trade, line, most: peak }, n) => {
      let d = "", y = low;
      for (const [day, v] of line) { const at = Math.min(hi, Math.max(l, x(day))); d += `${d ? "H" : "M"}${at.toFixed(1)}${d ? "" : " " + low}`; y = low - (h * v) / most; d += `V${y.toFixed(1)}`; }
      s += `<path class="crew crew${n}" d="${d}"><title>${esc(trade)}: at most ${peak}</title></path>`;
    });
    return s;
  }

  // What is told of the row chosen.
  function tell() {
    const r = ROWS[chosen];
    held = r ? crewSteps(r) : [];
    if (!r) { told.textContent = "Choose a row for what drives it, its links and its crews."; return; }
    const driver = (into.get(r.i) || []).find((k) => k.drives), parts = [`${r.name}.`];
    const lag = (k) => (k.lag ? ` + ${k.lag} d` : ""), verb = { FS: "finish", SS: "start", FF: "finish", SF: "start", crew: "crew" };
    if (driver) parts.push(`Driven by the ${verb[driver.kind]} of ${ROWS[driver.p].name} (${driver.kind}${lag(driver)}).`);
    else if (r.by) parts.push(`Driven by ${r.by}.`);
    const tf = r.cells[D.columns.findIndex((c) => c[0] === "TF d")];
    if (tf !== null) parts.push(tf < 1 ? "It has no float: a day later here is a day later at its site's last milestone." : `${r.onPath ? "On the driving path; it" : "Not critical: it"} can slip ${tf} days before its site's last milestone moves.`);
    const n = (into.get(r.i) || []).length, m = (out.get(r.i) || []).length;
    if (n || m) parts.push(`${n} predecessors, ${m} successors.`);
    for (let k = 0; k < r.marks.length; k += 6) if (r.marks.length < 24) parts.push(D.texts[r.marks[k + 5]] + ".");
    if (held.length) parts.push(`Crews at most, at P50 dates: ${held.map((c) => `${c.trade} ${c.most}`).join(", ")}.`);
    told.textContent = parts.join(" ");
  }
  function choose(i, reveal) {
    chosen = i; tell();
    const at = place[i];
    if (reveal && at >= 0) {
      const y = at * ROW;
      if (y < view.scrollTop) view.scrollTop = y;
      else if (y + ROW > view.scrollTop + height - HEAD - STRIP) view.scrollTop = y + ROW - (height - HEAD - STRIP);
    }
    soon(); remember();
  }
  function fold(r, to) { if (!isParent(r)) return; r.fold = to; flatten(); remember(); }
  const next = (r) => (r.fold === CLOSED ? OPEN : r.fold === PATH ? OPEN : CLOSED);

  // Zoom about a point of the window, a third of the chart by default.
  function zoom(to, at = left() + chart() / 3) {
    const day = (view.scrollLeft + at - left()) / scale, least = chart() / D.days;
    scale = Math.min(40, Math.max(least, to)); isFit = scale <= least * 1.001;
    size(); view.scrollLeft = day * scale - (at - left()); press(); soon(); remember();
  }
  function press() {
    for (const b of tools.querySelectorAll("[data-zoom]")) b.setAttribute("aria-pressed", b.dataset.zoom === "fit" ? isFit : !isFit && Math.abs(scale / ZOOMS[b.dataset.zoom] - 1) < 0.01);
    for (const b of tools.querySelectorAll("[data-do=options]")) b.setAttribute("aria-pressed", options);
  }
  const DO = {
    in: () => zoom(scale * 1.5), out: () => zoom(scale / 1.5),
    groups: () => { for (const r of ROWS) r.fold = r.depth ? CLOSED : OPEN; },
    path: () => { for (const r of ROWS) r.fold = r.first; },
    all: () => { for (const r of ROWS) r.fold = OPEN; },
    options: () => { options = !options; if (options) for (const r of ROWS) if (r.rejected) for (let u = ROWS[r.above]; u; u = ROWS[u.above]) if (u.fold === CLOSED) u.fold = PATH; },
  };
  tools.addEventListener("click", (e) => {
    const b = e.target.closest("button"); if (!b) return;
    if (b.dataset.zoom) return b.dataset.zoom === "fit" ? zoom(0) : zoom(ZOOMS[b.dataset.zoom]);
    DO[b.dataset.do](); press();
    if (!["in", "out"].includes(b.dataset.do)) { flatten(); remember(); }
  });
  const picks = tools.querySelector(".gcols");
  D.columns.forEach((c, n) => {
    const label = document.createElement("label"), tick = document.createElement("input");
    tick.type = "checkbox"; tick.checked = columns[n];
    tick.addEventListener("change", () => { columns[n] = tick.checked; size(); });
    label.append(tick, ` ${c[0]}: ${c[2]}`); picks.append(label);
  });
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

  // Where one is lives in the fragment: px a day, first day, first row, folds that differ, choice.
  let wait = 0, ready = false;
  function remember() { if (ready) { clearTimeout(wait); wait = setTimeout(write, 200); } }
  function write() {
    const p = new URLSearchParams();
    if (!isFit) { p.set("z", scale.toFixed(3)); p.set("d", iso(view.scrollLeft / scale)); }
    if (view.scrollTop) p.set("r", Math.round(view.scrollTop / ROW));
    for (const r of ROWS) if (r.fold !== r.first && r.below.length) p.append("f", r.fold + r.key);
    if (chosen >= 0) p.set("s", ROWS[chosen].key);
    if (options) p.set("o", 1);
    try { history.replaceState(null, "", `#${D.name}?${p}`); } catch { /* a frame may forbid it */ }
  }
  function recall() {
    if (!location.hash.startsWith(`#${D.name}?`)) return;
    const p = new URLSearchParams(location.hash.slice(D.name.length + 2));
    options = p.has("o");
    for (const r of ROWS) r.fold = r.first;
    for (const f of p.getAll("f")) { const r = byKey.get(f.slice(1)); if (r) r.fold = Math.min(PATH, Math.max(0, +f[0] || 0)); }
    if (p.has("z")) { scale = Math.min(40, Math.max(1e-3, +p.get("z") || 0)); isFit = false; }
    flatten();
    if (p.has("d")) view.scrollLeft = ((Date.parse(p.get("d")) - zero) / DAY || 0) * scale;
    if (p.has("r")) view.scrollTop = (+p.get("r") || 0) * ROW;
    const r = byKey.get(p.get("s")); if (r) { chosen = r.i; tell(); }
    press(); box.scrollIntoView();
  }
  addEventListener("hashchange", recall);

  // On paper: a table, whose head repeats; a row is one picture of the same width as the axis.
  const paper = box.querySelector(".gpaper");
  addEventListener("beforeprint", () => {
    const keep = [width, scale, columns, shift];
    width = 1480; columns = D.columns.map(() => true); scale = (width - left() - 12) / D.days; shift = left();
    const X = x, hi = width - 10;
    const frame = (h, body) => `<svg class="g" viewBox="0 0 ${width} ${h}">${body}</svg>`;
    const ruled = (h) => ticks(0, D.days).map(([d, , strong]) => `<path class="grid${strong ? " year" : ""}" d="M${X(d)} 0V${h}"/>`).join("") + `<path class="date" d="M${X(D.now)} 0V${h}"/>`;
    let at = nameWidth(), heads = "";
    D.columns.forEach((c) => { at += WIDTHS[c[1]]; heads += `<text class="num dim" x="${at}" y="${HEAD - 8}">${esc(c[0])}</text>`; });
    const head = frame(HEAD, defs(0).replace("g-live", "g-paper").replace(/<clip.*clipPath>/, "") + heads + header(0, D.days, HEAD) + `<text class="now" x="${X(D.now) + 4}" y="12">data date ${iso(D.now)}</text>`);
    const legend = box.querySelector(".glegend").innerHTML;
    paper.innerHTML = `<table><thead><tr><td><b>${esc(document.title)}</b> <span class="glegend">${legend}</span>${head}</td></tr></thead><tbody>${flat.map((r, i) => `<tr><td>${frame(ROW, ruled(ROW) + row(r, i, 0, X, left(), hi).replace(/ (id|role|aria-[a-z]+)="[^"]*"/g, ""))}</td></tr>`).join("")}<tr><td>${STRIP ? frame(STRIP, strip(0, left(), hi)) : ""}</td></tr></tbody></table>`;
    [width, scale, columns, shift] = keep;
  });
  addEventListener("afterprint", () => { paper.innerHTML = ""; });

  new ResizeObserver(() => { if (view.clientWidth !== width) size(); }).observe(view);
  flatten(); tell(); press(); recall(); draw(); ready = true;
})();
