"use strict";
// Folding of the Gantt: rows are groups in one SVG; hidden ones leave, the others move up.
(function () {
  for (const svg of document.querySelectorAll("svg.g")) {
    const rows = [...svg.querySelectorAll(".row")];
    const head = +svg.dataset.head, step = +svg.dataset.row, strip = +svg.dataset.strip;
    const width = svg.viewBox.baseVal.width;
    const open = new Map(rows.map((r) => [r.dataset.key, r.dataset.open === "1"]));
    const byKey = new Map(rows.map((r) => [r.dataset.key, r]));
    const shown = (row) => {
      const parent = byKey.get(row.dataset.parent);
      return !parent || (open.get(row.dataset.parent) && shown(parent));
    };
    const lay = () => {
      let y = head;
      for (const row of rows) {
        const is = shown(row);
        row.style.display = is ? "" : "none";
        const fold = row.querySelector(".fold");
        if (fold) {
          fold.textContent = open.get(row.dataset.key) ? "\u25be" : "\u25b8";
          fold.setAttribute("aria-expanded", open.get(row.dataset.key));
        }
        if (is) { row.setAttribute("transform", `translate(0,${y})`); y += step; }
      }
      for (const line of svg.querySelectorAll(".tall")) line.setAttribute("y2", y);
      const under = svg.querySelector(".strip");
      if (under) under.setAttribute("transform", `translate(0,${y})`);
      svg.setAttribute("viewBox", `0 0 ${width} ${y + strip + 10}`);
    };
    const toggle = (fold) => {
      const key = fold.closest(".row").dataset.key;
      open.set(key, !open.get(key));
      lay();
    };
    svg.addEventListener("click", (e) => { if (e.target.matches(".fold")) toggle(e.target); });
    svg.addEventListener("keydown", (e) => {
      if (e.target.matches(".fold") && (e.key === "Enter" || e.key === " ")) { e.preventDefault(); toggle(e.target); }
    });
    const tools = svg.closest("figure").querySelector(".tools");
    if (tools) {
      tools.hidden = false;
      tools.addEventListener("click", (e) => {
        const what = e.target.dataset.fold;
        if (!what) return;
        for (const row of rows) open.set(row.dataset.key, what === "all" || !row.dataset.parent);
        lay();
      });
    }
    lay();
  }
})();

// What a mark says, for pointer and keyboard: the aria-label that the figure carries anyway.
(function () {
  const say = document.getElementById("say");
  const show = (mark, x, y) => {
    say.textContent = mark.getAttribute("aria-label");
    say.hidden = false;
    say.style.left = Math.min(x + 12, innerWidth - say.offsetWidth - 8) + "px";
    say.style.top = Math.max(8, y - say.offsetHeight - 12) + "px";
  };
  const find = (e) => e.target.closest && e.target.closest('[role="graphics-symbol"][aria-label]:not([aria-roledescription="axis"])');
  document.addEventListener("pointermove", (e) => {
    const mark = find(e);
    if (mark) show(mark, e.clientX, e.clientY); else say.hidden = true;
  });
})();

// A link to a table opens it; the section in view is marked; print opens every table.
(function () {
  const reveal = () => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at && at.tagName === "DETAILS") { at.open = true; at.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details")) d.open = true; });
  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    for (const e of entries) {
      if (!e.isIntersecting) continue;
      for (const a of links.values()) a.removeAttribute("aria-current");
      const link = links.get(e.target.id);
      if (link) link.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const s of document.querySelectorAll("section")) seen.observe(s);
  if (innerWidth <= 1000) document.querySelector("nav details").open = false;
})();
