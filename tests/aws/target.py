"""A service's callback endpoint, which verifies signatures by its own few lines."""

import base64
import hashlib
import hmac
import http.server
import threading

KEY = base64.b64encode(b"a key that stands in no other place").decode()
PATH = "/dd_circuit_breaker/callback"


class Target:
    """Keeps each call, and answers as told."""

    def __init__(self):
        self.calls, self.answers = [], []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self):
                """Keeps the call."""
                body = self.rfile.read(int(self.headers["content-length"]))
                owner.calls.append((dict(self.headers.items()), body))
                status = owner.answers.pop(0) if owner.answers else 200
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self.server.server_port}{PATH}"

    def ids(self):
        """The `webhook-id` of each call."""
        return [header(headers, "webhook-id") for headers, _ in self.calls]

    def signed(self):
        """Whether each call bears the signature of Standard Webhooks for its own id, time and body."""
        for headers, body in self.calls:
            text = f"{header(headers, 'webhook-id')}.{header(headers, 'webhook-timestamp')}.".encode() + body
            wanted = base64.b64encode(hmac.new(base64.b64decode(KEY), text, hashlib.sha256).digest()).decode()
            if f"v1,{wanted}" not in header(headers, "webhook-signature").split():
                return False
        return True


def header(headers, name):
    """A header, whatever its case."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
