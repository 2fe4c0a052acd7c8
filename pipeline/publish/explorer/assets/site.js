// Language, search, and the choice of cells on a page of print. Everything else works without this script.
"use strict";
(() => {
  const html = document.documentElement;
  const root = html.dataset.root || "";

  // Language: the page holds both, one is shown.
  const button = document.getElementById("language");
  const box = document.getElementById("q");
  const recall = () => { try { return localStorage.getItem("yusuan-language"); } catch { return null; } };
  function speak(language) {
    html.dataset.language = language;
    html.lang = language;
    button.textContent = language === "en" ? "中文" : "EN";
    box.placeholder = language === "en" ? "Name, short name, pinyin, code" : "名称、简称、拼音、编码";
    button.lang = language === "en" ? "zh" : "en";
  }
  speak(recall() || (navigator.language.startsWith("zh") ? "zh" : "en"));
  button.addEventListener("click", () => {
    const language = html.dataset.language === "en" ? "zh" : "en";
    try { localStorage.setItem("yusuan-language", language); } catch { /* a private window remembers nothing */ }
    speak(language);
  });

  // Search: the index is a script, for a file that is opened from disk may not be fetched.
  const list = document.getElementById("found");
  const kinds = { place: ["地区", "place"], topic: ["专题", "topic"], department: ["部门", "department"], unit: ["单位", "unit"], function: ["功能科目", "function"], project: ["项目", "project"], document: ["文件", "document"] };
  let loading = null;
  let at = -1;
  function entries() {
    loading ??= new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = `${root}data/search.js`;
      // Projects and documents are too many to spell out: they have no sound.
      script.onload = () => resolve(window.searchEntries.map(([kind, name, more, href, sound = ""]) => [kind, name, more, href, `${name} ${more} ${sound}`.toLowerCase()]));
      document.head.append(script);
    });
    return loading;
  }
  function rank(entry, words) {
    const whole = words.join(" ");
    // 卫健委 is short for 卫生健康委员会: its characters stand in the name, in this order. One or two are too few to tell.
    if (!words.every((word) => entry[4].includes(word))) {
      if (whole.length < 3 || whole.charCodeAt(0) < 128) return 0;
      let from = 0;
      for (const character of whole) {
        from = entry[1].indexOf(character, from) + 1;
        if (!from) return 0;
      }
      return 0.4 - entry[1].length / 1000;
    }
    const name = entry[1].toLowerCase();
    const extra = entry[2].toLowerCase();
    let score = 1;
    if (name === whole || extra === whole) score += 8;
    else if (name.startsWith(whole) || extra.startsWith(whole)) score += 4;
    else if (name.includes(whole)) score += 2;
    return score + { place: 1, topic: 0.6, department: 0.9, function: 0.8, unit: 0.5, project: 0.3, document: 0.2 }[entry[0]] - entry[1].length / 1000;
  }
  async function find() {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return close();
    const hits = (await entries()).map((entry) => [rank(entry, words), entry]).filter((hit) => hit[0] > 0);
    hits.sort((one, other) => other[0] - one[0]);
    list.replaceChildren(...hits.slice(0, 20).map(([, entry], index) => {
      const item = document.createElement("li");
      item.id = `found-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.href = root + entry[3];
      item.textContent = entry[1];
      const more = document.createElement("small");
      more.textContent = `${kinds[entry[0]][html.lang === "en" ? 1 : 0]} · ${entry[2]}`;
      item.append(more);
      return item;
    }));
    if (!hits.length) {
      const none = document.createElement("li");
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.setAttribute("aria-selected", "false");
      none.textContent = html.lang === "en" ? "Nothing found" : "没有找到";
      list.append(none);
    }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    choose(hits.length ? 0 : -1);
  }
  function choose(index) {
    const items = [...list.children];
    at = index;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    if (at >= 0) {
      box.setAttribute("aria-activedescendant", items[at].id);
      items[at].scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }
  function close() {
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
  function go() {
    const item = list.children[at];
    if (item && item.dataset.href) location.href = item.dataset.href;
  }
  box.addEventListener("focus", entries, { once: true });
  box.addEventListener("input", find);
  box.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (event.key === "ArrowDown" && !list.hidden) { choose(Math.min(at + 1, last)); event.preventDefault(); }
    else if (event.key === "ArrowUp" && !list.hidden) { choose(Math.max(at - 1, 0)); event.preventDefault(); }
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") { event.preventDefault(); go(); }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose([...list.children].indexOf(event.target.closest("li")));
    go();
  });
  box.addEventListener("blur", () => setTimeout(close, 150));
  document.querySelector(".search").addEventListener("submit", (event) => event.preventDefault());

  // The dictionary: only the columns that hold all words typed, and the tables that have one or are named so.
  const filter = document.getElementById("filter");
  if (filter) {
    const sections = [...document.querySelectorAll("#dictionary section")];
    const told = document.getElementById("filtered");
    const apply = () => {
      const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const section of sections) {
        const isNamed = words.every((word) => section.id.includes(word));
        let kept = 0;
        for (const row of section.querySelectorAll("tbody tr")) {
          row.hidden = !isNamed && !words.every((word) => row.dataset.words.includes(word));
          kept += row.hidden ? 0 : 1;
        }
        section.hidden = !kept;
        count += kept;
      }
      told.textContent = !words.length ? "" : html.lang === "en" ? `${count} columns` : `${count} 列`;
    };
    filter.addEventListener("input", apply);
    apply();
  }

  // A page of print: outline the cells that the address names, and say what they are.
  const chosen = document.getElementById("chosen");
  if (chosen) {
    const here = location.pathname.replace(/.*\/page\//, "").split("/");
    const rows = [...document.querySelectorAll("#figures tbody tr")];
    const show = () => {
      document.querySelectorAll(".is-chosen").forEach((each) => each.classList.remove("is-chosen"));
      const hash = decodeURIComponent(location.hash.slice(1));
      const elsewhere = new Map();
      let names = [];
      if (hash.startsWith("s=")) {
        for (const part of hash.slice(2).split(";")) {
          const [place, cells] = part.split(":");
          const [page, documentId] = place.split("/").reverse();
          const numbers = cells.split(",").map((cell) => `c${cell}`);
          if (page === here[1].replace(".html", "") && (documentId ?? here[0]) === here[0]) names.push(...numbers);
          else elsewhere.set(place, numbers);
        }
      } else if (/^c\d/.test(hash)) names = [hash];
      const told = [];
      for (const name of names) {
        const cell = document.getElementById(name);
        if (cell) cell.classList.add("is-chosen");
        for (const row of rows.filter((each) => each.dataset.cell === name)) {
          row.classList.add("is-chosen");
          const [agency, line, column, printed, yuan] = [...row.cells].map((each) => each.innerText.trim());
          told.push(`${agency} · ${line} · ${column}: ${printed} = ${yuan} 元`);
        }
      }
      chosen.replaceChildren();
      if (!told.length && !elsewhere.size) return;
      const english = html.lang === "en";
      const total = names.length + [...elsewhere.values()].reduce((sum, each) => sum + each.length, 0);
      if (total > 1) {
        const head = document.createElement("p");
        head.textContent = english ? `The sum of ${total} printed figures; ${names.length} on this page:` : `由 ${total} 个列示数相加得出，其中本页 ${names.length} 个：`;
        chosen.append(head);
      }
      for (const text of told.slice(0, total > 1 ? 3 : 9)) {
        const line = document.createElement("p");
        line.textContent = text;
        chosen.append(line);
      }
      if (total > 1 && told.length > 3) {
        const rest = document.createElement("p");
        rest.textContent = english ? `… and ${told.length - 3} more, marked in the table below` : `……其余 ${told.length - 3} 个见下表标记`;
        chosen.append(rest);
      }
      for (const [place, cells] of elsewhere) {
        const [page, documentId] = place.split("/").reverse();
        const link = document.createElement("a");
        const own = hash.slice(2).split(";").map((part) => {
          // Read from the other page, the places of its own document lose their prefix, and others gain one.
          const [where, list] = part.split(":");
          const [number, id] = where.split("/").reverse();
          const owner = id ?? here[0];
          return `${owner === (documentId ?? here[0]) ? "" : `${owner}/`}${number}:${list}`;
        }).join(";");
        link.href = `${documentId ? `../${documentId}/` : ""}${page}.html#s=${own}`;
        link.textContent = english ? `Page ${page} (${cells.length})` : `第 ${page} 页（${cells.length} 个）`;
        link.className = "chip";
        chosen.append(link, " ");
      }
      const first = document.getElementById(names[0] ?? "");
      if (first) first.scrollIntoView({ block: "center", inline: "center" });
    };
    document.querySelector(".sheet")?.addEventListener("click", (event) => { if (event.target.id) location.hash = event.target.id; });
    addEventListener("hashchange", show);
    button.addEventListener("click", show);
    show();
  }
})();
