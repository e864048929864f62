// Builds what the pages load: one style sheet, htmx, our few lines of script, and the icons as data.
//
// The results are committed, so that a machine without Node can run, test and deploy the product; run this
// (`make assets`) after a change to a style sheet, a script, icons.txt, or the classes a template uses.
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";

// The oldest browser the pages are lowered for: intranet desktops lag behind by years.
const TARGET = "chrome86";
const OUT = "../cases/static/cases";
const SHEETS = [
  "tokens", "base", "frame", "components", "workbench", "list", "case", "casepage", "measures", "calendar", "import", "audit", "login",
  "action", "acts",
  "charts", "dashboard", "tariff",
  "phone",
  "guide",
  "small", "listing", "bulk", "load", "print",
];

async function styles() {
  const [kit] = await new PurgeCSS().purge({
    css: ["node_modules/@tabler/core/dist/css/tabler.css"],
    content: [
      "../cases/templates/**/*.html",
      "../notifications/templates/**/*.html",
      "../cases/web/**/*.py",
      "../cases/templatetags/*.py",
      "js/*.js",
      "js/phone/*.js",
    ],
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const own = await Promise.all(SHEETS.map((name) => readFile(`css/${name}.css`, "utf8")));
  const { code } = await transform([kit.css, ...own].join("\n"), { loader: "css", minify: true, target: TARGET });
  await writeFile(`${OUT}/app.css`, code);
}

async function scripts() {
  const lowered = { minify: true, target: TARGET, legalComments: "none" };
  const htmx = await readFile("node_modules/htmx.org/dist/htmx.min.js", "utf8");
  await writeFile(`${OUT}/htmx.js`, (await transform(htmx, lowered)).code);
  await build({ ...lowered, entryPoints: ["js/app.js"], bundle: true, format: "iife", outfile: `${OUT}/app.js` });
  for (const [from, name] of [["page", "phone"], ["worker", "phone-worker"]])
    await build({ ...lowered, entryPoints: [`js/phone/${from}.js`], bundle: true, format: "iife", outfile: `${OUT}/${name}.js` });
  // Loaded on the pages that need them only.
  // `curves` with a build of ECharts of its own is asked for by app.js once the page is drawn.
  for (const name of ["act", "bulk", "trail", "curves"])
    await build({ ...lowered, entryPoints: [`js/${name}.js`], bundle: true, format: "iife", outfile: `${OUT}/${name}.js` });
}

async function icons() {
  const nodes = JSON.parse(await readFile("node_modules/@tabler/icons/tabler-nodes-outline.json", "utf8"));
  const names = (await readFile("icons.txt", "utf8")).split(/\s+/).filter(Boolean).sort();
  const inner = (node) => node.map(([tag, attrs]) =>
    `<${tag} ${Object.entries(attrs).map(([k, v]) => `${k}="${v}"`).join(" ")}/>`).join("");
  const missing = names.filter((name) => !nodes[name]);
  if (missing.length) throw new Error(`no such icon: ${missing.join(", ")}`);
  const data = Object.fromEntries(names.map((name) => [name, inner(nodes[name])]));
  await writeFile("../cases/web/icons.json", JSON.stringify(data, null, 1) + "\n");
}

async function licences() {
  const { devDependencies } = JSON.parse(await readFile("package.json", "utf8"));
  const own = ["@tabler/core", "@tabler/icons", "htmx.org"].map((name) => [name, devDependencies[name], ["LICENSE"]]);
  const locked = JSON.parse(await readFile("package-lock.json", "utf8")).packages;
  const version = (name) => locked[`node_modules/${name}`].version;
  // What curves.js holds: ECharts, and what it is made of.
  own.push(["echarts", version("echarts"), ["LICENSE", "NOTICE"]], ["zrender", version("zrender"), ["LICENSE"]]);
  own.push(["tslib", version("tslib"), ["LICENSE.txt"]]);
  const texts = await Promise.all(own.map(async ([name, of, files]) =>
    `${name} ${of}\n\n${(await Promise.all(files.map((file) => readFile(`node_modules/${name}/${file}`, "utf8")))).join("\n")}`));
  await writeFile(`${OUT}/LICENSES.txt`, texts.join("\n" + "-".repeat(78) + "\n"));
}

await mkdir(OUT, { recursive: true });
await Promise.all([styles(), scripts(), icons(), licences()]);
