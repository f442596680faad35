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
