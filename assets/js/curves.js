// What the load of a case gains in a browser with scripts: values under the pointer or the arrow keys, and a closer look.
//
// The drawing of the server stays in the page, for readers of the page and for print, and shows again where this fails.
// Loaded after the page is drawn, and only where such a drawing stands. Tooltips are drawn within the canvas: the policy
// of the product lets no script write a style into the page.
import { init, use } from "echarts/core";
import { HeatmapChart, LineChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapPiecewiseComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([HeatmapChart, LineChart, DataZoomInsideComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapPiecewiseComponent, CanvasRenderer]);

const INK = "#465162";
const SOFT = "#626d7d";
const LINE = "#e9edf2";
// Those of load.css and charts.css: a canvas cannot read a class.
const LEVELS = ["#dcefeb", "#b4dad4", "#82bfb6", "#47a096", "#00796b", "#00493f"];
const GAP = "#8a96a6";
const CUT = "#a6410a";
const THREE_HOURS = 12;

const shown = (value, words) => (value === null || value === undefined || value === "-" ? words.gap : `${value} kW`);
const ends = (labels, at) => labels[at + 1] || "24:00";
const own = (data, small) => ({
  animation: false,
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK },
  grid: { left: 44, right: 12, top: 30, bottom: 28 },
  tooltip: { renderMode: "richText", confine: true, transitionDuration: 0, textStyle: { color: INK, fontSize: 12 } },
  // The wheel belongs to the page; with Shift it looks closer.
  dataZoom: [{ type: "inside", xAxisIndex: 0, zoomOnMouseWheel: "shift", moveOnMouseMove: true, preventDefaultMouseMove: false }],
  xAxis: {
    type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: "#cdd5df" } },
    axisLabel: { color: SOFT, interval: (small ? 2 : 1) * THREE_HOURS - 1, showMaxLabel: false },
  },
});

function day(data, small) {
  const { words } = data;
  const line = (name, values, style) => ({ name, type: "line", data: values, symbol: "none", ...style });
  const rise = data.high.map((high, at) => (high === null || data.low[at] === null ? null : high - data.low[at]));
  const off = data.cut_day && {
    silent: true, itemStyle: { color: CUT, opacity: 0.12 }, label: { color: SOFT, position: "insideTopLeft" },
    data: [[{ name: words.cut, xAxis: data.cut_day[0] }, { xAxis: data.cut_day[1] }]],
  };
  const base = own(data, small);
  const say = (at) => `${data.labels[at]}–${ends(data.labels, at)}  ${words.own} ${shown(data.day[at], words)}`;
  const more = (at) =>
    `${say(at)}\n${words.mean} ${shown(data.mean[at], words)}\n${words.band} ${shown(data.low[at], words)} – ${shown(data.high[at], words)}`;
  return {
    count: [data.labels.length, 1],
    place: (at) => ({ seriesIndex: 3, dataIndex: at }),
    say,
    option: {
      ...base,
      tooltip: { ...base.tooltip, trigger: "axis", formatter: (points) => more(points[0].dataIndex) },
      xAxis: { ...base.xAxis, boundaryGap: false },
      yAxis: { type: "value", min: 0, name: "kW", nameTextStyle: { color: SOFT }, splitLine: { lineStyle: { color: LINE } }, axisLabel: { color: SOFT } },
      series: [
        line("low", data.low, { stack: "band", lineStyle: { opacity: 0 }, silent: true }),
        line(words.band, rise, { stack: "band", lineStyle: { opacity: 0 }, areaStyle: { color: "#9aa7b8", opacity: 0.28 }, silent: true }),
        line(words.mean, data.mean, { lineStyle: { color: "#8a96a6", width: 1.5 }, itemStyle: { color: "#8a96a6" } }),
        line(words.own, data.day, { lineStyle: { color: "#00796b", width: 2 }, itemStyle: { color: "#00796b" }, ...(off ? { markArea: off } : {}) }),
      ],
    },
  };
}

// The runs of a row in which nothing was measured, first and last place of each.
function gaps(row) {
  const found = [];
  row.forEach((value, at) => {
    if (value !== null) return;
    if (found.length && found[found.length - 1][1] === at - 1) found[found.length - 1][1] = at;
    else found.push([at, at]);
  });
  return found;
}

function heat(data, small) {
  const { words } = data;
  const wide = data.labels.length;
  const off = (row, at) => data.cut_days && row * wide + at >= data.cut_days[0] && row * wide + at <= data.cut_days[1];
  const cells = data.heat.flatMap((row, y) =>
    row.map((value, x) => ({ value: [x, y, value === null ? "-" : value], itemStyle: off(y, x) ? { borderColor: CUT, borderWidth: 0.5 } : {} })));
  const struck = data.heat.flatMap((row, y) => gaps(row).map(([from, to]) => [{ coord: [from, y] }, { coord: [to, y] }]));
  const say = (at) => {
    const y = Math.floor(at / wide), x = at % wide;
    return `${data.days[y]} ${data.labels[x]}–${ends(data.labels, x)}  ${shown(data.heat[y][x], words)}${off(y, x) ? `  ${words.cut}` : ""}`;
  };
  const base = own(data, small);
  const step = data.most / LEVELS.length;
  return {
    count: [wide, data.days.length],
    place: (at) => ({ seriesIndex: 0, dataIndex: at }),
    say,
    option: {
      ...base,
      grid: { ...base.grid, left: 56, top: 8 },
      tooltip: { ...base.tooltip, trigger: "item", formatter: (point) => say(point.dataIndex) },
      yAxis: { type: "category", data: data.days.map((text) => text.slice(5)), inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: SOFT } },
      visualMap: {
        type: "piecewise", show: false, dimension: 2, outOfRange: { color: "transparent" },
        pieces: LEVELS.map((color, n) => ({ gte: n * step, ...(n + 1 < LEVELS.length ? { lt: (n + 1) * step } : {}), color })),
      },
      series: [{
        type: "heatmap", data: cells, progressive: 0, emphasis: { itemStyle: { borderColor: INK, borderWidth: 1 } },
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: GAP, type: "solid", width: 1 }, data: struck },
      }],
    },
  };
}

const KINDS = { day, heat };
const living = new Map();

function draw(figure) {
  const data = JSON.parse(figure.dataset.load);
  const svg = figure.querySelector("svg.chart");
  const box = document.createElement("div");
  box.className = "livec";
  box.setAttribute("aria-hidden", "true");
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  try {
    const { height } = svg.getBoundingClientRect();
    box.style.height = `${Math.max(height, 220)}px`;
    figure.append(box, spoken);
    const kind = KINDS[data.show](data, box.clientWidth < 500);
    const chart = init(box, null, { renderer: "canvas" });
    chart.setOption(kind.option);
    figure.classList.add("live");
    living.set(figure, chart);
    listen(figure, chart, kind, spoken, data.words.keys);
  } catch {
    box.remove();
    spoken.remove();
    figure.classList.remove("live");
  }
}

// Left and right go from point to point, up and down from day to day; what the pointer would show is shown, and said.
function listen(figure, chart, kind, spoken, hint) {
  const [wide, high] = kind.count;
  let at = 0;
  figure.tabIndex = 0;
  figure.setAttribute("role", "group");
  figure.setAttribute("aria-label", hint);
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide, Home: -(at % wide), End: wide - 1 - (at % wide) }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || (high === 1 && Math.abs(step) === wide)) return;
    event.preventDefault();
    if (at + step >= 0 && at + step < wide * high) at += step;
    chart.dispatchAction({ type: "showTip", ...kind.place(at) });
    spoken.textContent = kind.say(at);
  });
  figure.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
}

function all() {
  for (const [figure, chart] of living)
    if (!figure.isConnected) {
      chart.dispose();
      living.delete(figure);
    }
  document.querySelectorAll("figure[data-load]:not(.live)").forEach(draw);
}

all();
document.addEventListener("htmx:after:swap", all);
window.addEventListener("resize", () => living.forEach((chart) => chart.resize()));
