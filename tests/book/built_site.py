"""The built site, ``_build/html`` or the folder that DLCOURSE_SITE names, and a server for it."""

import gzip
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SITE = Path(os.environ.get("DLCOURSE_SITE", Path(__file__).parents[2] / "_build/html"))
EXPLORER = '<figure class="dlx'
COMPRESSED = {".html", ".js", ".mjs", ".css", ".json", ".svg"}
NOT_PAGES = {"_static", "_sources", "lite"}


@cache
def compressed(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes())


@cache
def pages_of(site: Path) -> list[str]:
    """Every page of the site but the root's, which only leads to the front page."""
    found = (path.relative_to(site) for path in site.rglob("*.html"))
    pages = {page.as_posix() for page in found if page.parts[0] not in NOT_PAGES}
    return sorted(pages - {"index.html"})


def heaviest(pages: list[str], count: int) -> list[str]:
    """The pages whose HTML is the most to send."""
    there = [page for page in pages if (SITE / page).exists()]
    return sorted(there, key=lambda page: -len(compressed(str(SITE / page))))[:count]


class Handler(SimpleHTTPRequestHandler):
    """Serve files the way a web host does: text compressed, the connection kept."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        gzipped = path.suffix in COMPRESSED
        body = compressed(str(path)) if gzipped else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if gzipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the site on this machine; the address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site))) as http:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
