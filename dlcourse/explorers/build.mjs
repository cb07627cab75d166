// `npm run build`: one source, two bundles. explorer.js is a classic script for the site (pages opened from
// disk may not load modules), explorer.mjs is the module that anywidget loads.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const common = { bundle: true, minify: true, target: "es2022", legalComments: "none", logLevel: "warning" };
const banner = {
  js: "/* dlcourse explorers, BSD-3-Clause; with d3-scale and d3-contour, ISC, Mike Bostock */",
};

await mkdir(`${here}static`, { recursive: true });
await Promise.all([
  build({
    ...common,
    banner,
    entryPoints: [`${here}src/site.js`],
    format: "iife",
    outfile: `${here}static/explorer.js`,
  }),
  build({
    ...common,
    banner,
    entryPoints: [`${here}src/widget.js`],
    format: "esm",
    outfile: `${here}static/explorer.mjs`,
  }),
  build({
    entryPoints: [`${here}src/explorer.css`],
    minify: true,
    target: "es2022",
    outfile: `${here}static/explorer.css`,
  }),
]);
