// Draws the charts of a page from the data that stands in it.
"use strict";
(() => {
  const isEnglish = () => document.documentElement.lang === "en";
  const say = (text) => (typeof text === "string" ? text : text[isEnglish() ? "en" : "zh"]);
  const shorten = (value) => {
    const amount = Math.abs(value);
    if (isEnglish()) return value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 });
    if (amount >= 1e8) return `${(value / 1e8).toLocaleString("en", { maximumFractionDigits: 2 })} 亿`;
    return `${(value / 1e4).toLocaleString("en", { maximumFractionDigits: 2 })} 万`;
  };
  const money = (value) => (isEnglish() ? `${shorten(value)} yuan` : `${shorten(value)}元`);
  const spoken = (branch) => ({ ...branch, name: say(branch.name), ...(branch.children && { children: branch.children.map(spoken) }) });
  const palette = ["#0b5394", "#c8102e", "#2e7d32", "#b26a00", "#6a3d9a", "#00838f", "#8d6e63", "#5c6bc0", "#9e9d24", "#ad1457", "#455a64", "#ef6c00"];
  const options = {
    treemap: (data) => ({
      tooltip: { formatter: (info) => `${info.data.code || ""} ${say(info.name)}<br>${money(info.value)}` },
      series: [{
        type: "treemap", data: data.children.map(spoken), roam: false, nodeClick: false, breadcrumb: { show: false }, left: 0, top: 0, right: 0, bottom: 0,
        label: { lineHeight: 16, formatter: (info) => `${info.name}\n${shorten(info.value)}` }, upperLabel: { show: true, height: 22, color: "#fff", position: [5, "50%"], verticalAlign: "middle" },
        levels: [{ itemStyle: { gapWidth: 3, borderWidth: 0 }, upperLabel: { show: false } }, { colorMappingBy: "index", itemStyle: { gapWidth: 1, borderWidth: 2, borderColor: "#394654" } }],
      }],
    }),
    bars: (data) => ({
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => (value == null ? "–" : money(value)) },
      legend: { type: "scroll", bottom: 0 },
      grid: { left: 8, right: 8, top: 16, bottom: 40, containLabel: true },
      xAxis: { type: "category", data: data.columns.map(say) },
      yAxis: { type: "value", axisLabel: { formatter: shorten } },
      series: data.series.map((each) => ({ type: "bar", stack: "all", name: say(each.name), data: each.data, barMaxWidth: 60 })),
    }),
    lying: (data) => ({
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => (value == null ? "–" : money(value)) },
      legend: { type: "scroll", bottom: 0 },
      grid: { left: 8, right: 24, top: 8, bottom: 40, containLabel: true },
      xAxis: { type: "value", axisLabel: { formatter: shorten } },
      yAxis: { type: "category", data: data.columns.map(say), inverse: true, axisLabel: { width: 150, overflow: "truncate" } },
      series: data.series.map((each) => ({ type: "bar", name: say(each.name), data: each.data, barMaxWidth: 18 })),
    }),
  };
  for (const box of document.querySelectorAll(".chart")) {
    const data = JSON.parse(box.querySelector("script").textContent);
    const place = document.createElement("div");
    place.style.height = "100%";
    box.append(place);
    const chart = echarts.init(place, null, { renderer: "svg" });
    const draw = () => chart.setOption({ color: palette, animation: false, textStyle: { fontFamily: "inherit" }, ...options[data.kind](data) }, true);
    draw();
    document.getElementById("language").addEventListener("click", draw);
    chart.on("click", (event) => {
      const code = event.data && event.data.code;
      if (code) location.href = `${box.dataset.root}function/${code}.html`;
    });
    new ResizeObserver(() => chart.resize()).observe(place);
    box.after(takeAway("png", box.getAttribute("aria-label"), () => {
      const canvas = document.createElement("div");
      canvas.style.cssText = "position:absolute;left:-9999px;width:1200px;height:640px";
      document.body.append(canvas);
      const copy = echarts.init(canvas, null, { renderer: "canvas" });
      copy.setOption({ color: palette, animation: false, ...options[data.kind](data) });
      const address = copy.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
      copy.dispose();
      canvas.remove();
      return address;
    }));
  }
})();
