// Tables that a person sorts and takes away: a button in each header, and one below for a CSV of what the table shows.
"use strict";
// A link that makes a file of what is shown: `made` gives the file's address when it is asked for.
function takeAway(kind, label, made) {
  const link = document.createElement("a");
  link.className = "take";
  link.textContent = kind.toUpperCase();
  link.href = "#";
  link.setAttribute("role", "button");
  link.setAttribute("aria-label", `${kind.toUpperCase()}: ${label}`);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const file = document.createElement("a");
    file.href = made();
    file.download = `${label.replace(/[\\/:*?"<>|\s]+/g, "_")}.${kind}`;
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 1000);
  });
  return link;
}
(() => {
  const html = document.documentElement;
  const label = (zh, en) => (html.lang === "en" ? en : zh);
  const told = (cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll(`span[lang="${html.lang === "en" ? "zh" : "en"}"], .sum, .sorter, .change, .trust`).forEach((each) => each.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  // Amounts sort by what they are, whatever unit they are shown in; what is no number stands last.
  const value = (cell) => {
    const exact = cell.querySelector("[title$=' 元'], [title*=' 元 ']");
    const text = (exact ? exact.title : told(cell)).replace(/,/g, "");
    const number = /^[-−]?\d/.test(text) ? parseFloat(text.replace("−", "-")) : NaN;
    return Number.isNaN(number) ? null : number;
  };
  function sort(table, index, header) {
    const body = table.tBodies[0];
    const down = header.getAttribute("aria-sort") !== "descending";
    for (const each of table.tHead.querySelectorAll("[aria-sort]")) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const isAmount = header.classList.contains("amount");
    const keyed = [...body.rows].map((row) => [isAmount ? value(row.cells[index]) : told(row.cells[index]), row]);
    keyed.sort(([one], [other]) => {
      if (one === other) return 0;
      if (one === null || one === "") return 1;
      if (other === null || other === "") return -1;
      return (isAmount ? one - other : one.localeCompare(other, "zh", { numeric: true })) * (down ? -1 : 1);
    });
    body.append(...keyed.map(([, row]) => row));
  }
  // A cell that a spreadsheet would take for a formula is text.
  const quoted = (text) => `"${(/^[=+@\t\r]/.test(text) || /^-[^\d]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  function csv(table) {
    const rows = [...table.tHead.rows, ...[...table.tBodies].flatMap((body) => [...body.rows])].filter((row) => !row.hidden);
    return rows.map((row) => [...row.cells].map((cell) => quoted(told(cell))).join(",")).join("\r\n");
  }
  for (const table of document.querySelectorAll(".scroll > table")) {
    const body = table.tBodies[0];
    if (!table.tHead || !body || body.rows.length < 2) continue;
    const isPlain = [...table.rows].every((row) => [...row.cells].every((cell) => cell.colSpan === 1 && cell.rowSpan === 1));
    if (isPlain) {
      [...table.tHead.rows[table.tHead.rows.length - 1].cells].forEach((header, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "sorter";
        button.textContent = "↕";
        button.setAttribute("aria-label", `${label("排序", "Sort by")} ${told(header)}`);
        button.addEventListener("click", () => sort(table, index, header));
        header.append(" ", button);
      });
    }
    const name = table.parentElement.getAttribute("aria-label") || document.title;
    const made = () => URL.createObjectURL(new Blob(["\ufeff" + csv(table)], { type: "text/csv;charset=utf-8" }));
    table.parentElement.after(takeAway("csv", name, made));
  }
})();
