"""Measure the time from a moved slider to the painted frame, for every figure of the built site.

    make book
    python -m benchmarks.redraw

Each slider passes all its stops in Chromium. Up to a refresh of the screen, 17 ms, is waiting: the
last column is what the page's thread works for one stop, the mean, which other programs on the
machine do not lengthen. ``--slower 4`` is about a telephone.
"""

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

BOOK = Path(__file__).parents[1] / "_build/html/book"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
MOVE = """async (slider) => {
  const times = [];
  for (let stop = 0; stop <= slider.max; stop++) {
    slider.value = stop;
    const start = performance.now();
    slider.dispatchEvent(new Event("input"));
    await new Promise((painted) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();  // what comes by it comes after the painting
      port1.onmessage = painted;
      port2.postMessage(null);
    }));
    times.push(performance.now() - start);
  }
  return times;
}"""

ANSWER = "document.querySelectorAll('.dl-show').forEach((button) => button.click())"  # none waits


def measure(page: Page, work: Callable[[], float]) -> list[float]:
    """Print a line for each figure of the page and return the times of all, in milliseconds."""
    everything: list[float] = []
    for figure in page.locator("figure.dlx").all():
        figure.evaluate("(figure) => figure.closest('section').scrollIntoView()")
        page.wait_for_timeout(100)  # what is out of sight is laid out only now
        figure.scroll_into_view_if_needed()
        figure.locator(".dlx-plot svg *").first.wait_for(state="attached")
        before = work()
        times = [t for s in figure.locator("input[type=range]").all() for t in s.evaluate(MOVE)]
        if times:
            figures = np.median(times), high(times), (work() - before) / len(times)
            title = figure.locator(".dlx-title").inner_text()[:56]
            print(f"{title:56} {len(times):5}" + "".join(f"{value:7.0f}" for value in figures))
        everything += times
    return everything


def high(times: list[float]) -> float:
    """Return the 95th percentile."""
    return float(np.percentile(times, 95))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="milliseconds from a slider to the painted frame")
    parser.add_argument("--slower", type=float, default=1, help="how many times the processor is")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels")
    options = parser.parse_args()
    print(f"{'figure':56} {'stops':>5} {'median':>6} {'95 %':>6} {'work':>6}")
    times: list[float] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": options.width, "height": 900})
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": options.slower})
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def work() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return 1000 * float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

        for chapter in sorted(BOOK.glob("*.html")):
            page.goto(chapter.as_uri())
            page.evaluate(ANSWER)
            times += measure(page, work)
        browser.close()
    print(f"{'all':56} {len(times):5} {np.median(times):6.0f} {high(times):6.0f}")


if __name__ == "__main__":
    main()
