"""A server of files on this machine, which can be told to misbehave; it is a proxy too."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """`content` at any path, by any host name. `cut`: end the connection after so many bytes of a response."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.etag, self.status, self.kind = b"", '"one"', 200, "application/octet-stream"
        self.cut, self.ranges, self.asked = None, True, []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A client that stops reading is no error here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        served = self.server
        served.asked.append((self.path, self.headers.get("Range")))
        begin, status = 0, served.status
        known = served.ranges and self.headers.get("If-Range") == served.etag
        if known and self.headers.get("Range"):
            begin, status = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")), 206
        if begin >= len(served.content) > 0:
            begin, status = len(served.content), 416
        body = served.content[begin:]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", served.kind)
        self.send_header("ETag", served.etag)
        if status == 206:
            self.send_header("Content-Range", f"bytes {begin}-{len(served.content) - 1}/{len(served.content)}")
        self.end_headers()
        self.wfile.write(body[: served.cut])
        self.close_connection = served.cut is not None

    def log_message(self, *_):
        """Tests speak for themselves."""


@contextmanager
def serving():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
