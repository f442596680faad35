"use strict";
// What a mark says, for pointer and keyboard: the aria-label that the figure carries anyway.
(function () {
  const say = document.getElementById("say");
  const show = (mark, x, y) => {
    say.textContent = mark.getAttribute("aria-label");
    say.hidden = false;
    say.style.left = Math.min(x + 12, innerWidth - say.offsetWidth - 8) + "px";
    say.style.top = Math.max(8, y - say.offsetHeight - 12) + "px";
  };
  // The role that the exporter leaves to marks with a value; axes and legends have another.
  const kept = 'svg.marks [role="img"][aria-label]';
  const find = (e) => e.target.closest && e.target.closest(kept);
  document.addEventListener("pointermove", (e) => {
    const mark = find(e);
    if (mark) show(mark, e.clientX, e.clientY); else say.hidden = true;
  });

  // The keyboard walks the same marks: Tab to a figure, arrows, Home and End within it.
  for (const svg of document.querySelectorAll("figure > svg.marks")) {
    const marks = [...svg.querySelectorAll(kept)].filter((m) => m.getAttribute("aria-label").trim());
    if (!marks.length) continue;
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", svg.querySelector("title").textContent + ": arrow keys read the values");
    let at = -1;
    const leave = () => { if (at >= 0) marks[at].classList.remove("at"); say.hidden = true; };
    svg.addEventListener("blur", leave);
    svg.addEventListener("keydown", (e) => {
      const step = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[e.key];
      if (e.key === "Escape") leave();
      if (step === undefined) return;
      e.preventDefault();
      leave();
      at = Math.max(0, Math.min(marks.length - 1, step));
      marks[at].classList.add("at");
      const box = marks[at].getBoundingClientRect();
      show(marks[at], box.right, box.top);
    });
  }
})();

// A figure that is drawn in two ways shows the other at the press of its button.
for (const tools of document.querySelectorAll("figure > .tools")) {
  const button = tools.querySelector("button"), drawings = tools.parentNode.querySelectorAll(":scope > svg");
  tools.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
    for (const d of drawings) d.toggleAttribute("hidden");
  });
}

// A link to a table opens it; the section in view is marked; print opens every table.
(function () {
  const reveal = () => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at && at.tagName === "DETAILS") { at.open = true; at.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();
  // Paper cannot open anything: what was closed opens for it, and closes again.
  let closed = [];
  addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("main details:not([open])")]; for (const d of closed) d.open = true; });
  addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
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
