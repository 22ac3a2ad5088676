// Searches the items that the page shows, and lets keys scroll the tables that are
// too wide. Without this script the page is whole and has no search. It reads the
// page and hides parts of it: it loads nothing, stores nothing and writes no text
// but counts.
"use strict";
(() => {
  const form = document.getElementById("search");
  const words = document.getElementById("words");
  const results = document.getElementById("results");
  const verdicts = document.getElementById("verdicts");
  const clear = form.querySelector("button");
  const main = document.getElementById("main");

  const found = document.createElement("p");
  found.className = "found";
  found.setAttribute("role", "status");
  found.hidden = true;
  main.prepend(found);

  // Widths, cases and compositions of characters make no difference.
  const fold = (text) => text.normalize("NFKC").toLowerCase();

  let lists = null; // read when they are first needed: there may be thousands of rows
  const read = () => {
    if (lists) return lists;
    lists = [...document.querySelectorAll(".control, .register, .sample")].map((section) => ({
      section,
      result: section.dataset.result || "",
      head: fold(section.querySelector("h2, h3").textContent),
      lists: [...section.querySelectorAll(".items")].map((table) => ({
        table,
        title: table.previousElementSibling && table.previousElementSibling.matches("h4") ? table.previousElementSibling : null,
        rows: [...table.tBodies[0].rows].map((row) => {
          const hash = row.querySelector(".hash");
          const sum = hash ? hash.textContent : "";
          return { row, verdict: row.dataset.verdict, hash: sum, text: fold(row.textContent.replace(sum, " ")) };
        }),
      })),
    }));
    return lists;
  };

  const show = () => {
    const wanted = fold(words.value).split(/\s+/).filter(Boolean);
    const result = results.value;
    const verdict = verdicts.value;
    const searching = wanted.length > 0 || result !== "" || verdict !== "";
    if (!searching && !lists) return;
    let all = 0;
    let shown = 0;
    for (const s of read()) {
      const rest = wanted.filter((w) => !s.head.includes(w));
      const inResult = result === "" || s.result === result;
      let ofSection = 0;
      for (const l of s.lists) {
        let ofList = 0;
        for (const r of l.rows) {
          const fits = inResult && (verdict === "" || r.verdict === verdict) &&
            rest.every((w) => r.text.includes(w) || (w.length > 7 && r.hash.startsWith(w)));
          r.row.hidden = !fits;
          if (fits) ofList++;
        }
        all += l.rows.length;
        ofSection += ofList;
        l.table.hidden = ofList === 0;
        if (l.title) l.title.hidden = ofList === 0;
      }
      shown += ofSection;
      // A control that is named, or chosen by its result, shows also without items.
      const named = inResult && verdict === "" && rest.length === 0;
      s.section.hidden = searching && ofSection === 0 && !named;
    }
    document.body.classList.toggle("searching", searching);
    found.hidden = !searching;
    found.textContent = shown === 0 && all > 0 ? form.dataset.none :
      form.dataset.found.replace("{n}", shown.toLocaleString("en")).replace("{all}", all.toLocaleString("en"));
    clear.disabled = !searching;
  };

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 120);
  });
  results.addEventListener("change", show);
  verdicts.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
    main.scrollIntoView();
  });
  form.addEventListener("reset", () => setTimeout(show));

  // What a link leads to must not be hidden.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || !document.body.classList.contains("searching")) return;
    form.reset();
    show();
  });

  // Not every browser gives the focus to what scrolls.
  const reach = () => {
    for (const s of document.querySelectorAll(".scroll")) {
      if (s.scrollWidth <= s.clientWidth) {
        s.removeAttribute("tabindex");
        continue;
      }
      const named = s.querySelector("[aria-label]");
      s.tabIndex = 0;
      s.setAttribute("role", "group");
      if (named) s.setAttribute("aria-label", named.getAttribute("aria-label"));
    }
  };
  let resized = 0;
  window.addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(reach, 200);
  });
  reach();

  clear.disabled = true;
  form.hidden = false;
})();
