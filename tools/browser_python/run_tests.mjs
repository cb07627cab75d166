// Run the package's tests in the browser's Python, Pyodide, inside Node; fetch.py comes first.
// usage: node tools/browser_python/run_tests.mjs [ARGUMENTS OF PYTEST]
//        node tools/browser_python/run_tests.mjs --run MODULE, for a benchmark there
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const cache = path.join(root, ".cache/pyodide");

const everything = ["dlcourse", "tests", "-m", "not local and not site and not grading and not editions"];

// The host's files are copied into Pyodide's memory and let go, so that no test can change them.
const program = `
import os, runpy, shutil, sys

unneeded = shutil.ignore_patterns("__pycache__", "node_modules")
for name in ("benchmarks", "book", "dlcourse", "tests", "tools", "solutions"):
    shutil.copytree(f"/host/{name}", f"/repo/{name}", ignore=unneeded)
for name in ("conftest.py", "pyproject.toml"):
    shutil.copy(f"/host/{name}", "/repo")
shutil.copytree("/host/.cache/pyodide/tools", "/tools", ignore=unneeded)
release_host()

os.chdir("/repo")
sys.path.insert(0, "/repo")
sys.path.append("/tools")  # last: where Pyodide has a package of its own, that one counts

import numpy, pytest

bits = 8 * numpy.dtype(int).itemsize
version = sys.version.split()[0]
print(f"{sys.platform}: Python {version}, NumPy {numpy.__version__}, integers of {bits} bits")
assert sys.platform == "emscripten"
assert bits == 32

# "sys": there are no file descriptors through which to catch what a test prints.
usual = ["--capture=sys", "-p", "no:cacheprovider", "-rs", "--durations=25"]
if arguments[0] == "--run":
    runpy.run_module(arguments[1], run_name="__main__")
    status = 0
else:
    status = int(pytest.main([*usual, *arguments]))
status
`;

async function main(given) {
  // A package that is not in the cache would come from the network, and past fetch.py's check.
  globalThis.fetch = async (address) => {
    throw new Error(`${address} was asked for: run fetch.py first`);
  };
  const python = await loadPyodide({
    packageCacheDir: cache,
    env: { HOME: "/home/pyodide", COLUMNS: "100", MPLBACKEND: "agg" },
  });
  await python.loadPackage(["numpy", "matplotlib"], { messageCallback: () => {} });
  python.mountNodeFS("/host", root);
  python.globals.set("release_host", () => python.FS.unmount("/host"));
  python.globals.set("arguments", python.toPy(given.length > 0 ? given : everything));
  return python.runPython(program);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message); // without the stack: its first line is all of Pyodide
  process.exitCode = 1;
}
