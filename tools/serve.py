"""Serve the built site on this machine only and open it in the browser."""

import argparse
import http.server
import webbrowser
from functools import partial
from pathlib import Path


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a line per request."""

    def log_request(self, *_: object) -> None:
        """Say nothing; errors are still reported."""


def open_server(folder: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Bind the wished port, or any free one where it is taken."""
    handler = partial(QuietHandler, directory=str(folder))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


def main() -> None:
    """Read the command line and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("_build/html"))
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    with open_server(options.folder, options.port) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"The site is at {address} (stop with Ctrl-C)", flush=True)
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
