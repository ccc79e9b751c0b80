"""A span for each request, below the one of whoever asked. It bears the pattern of the route and the status."""

from flask import Flask, Response, g, request

from shared.observation import traces


def trace_requests(app: Flask) -> None:
    """From the first function before a request to its teardown."""

    def begin() -> None:
        route = request.url_rule.rule if request.url_rule else "unknown"
        parent = request.headers.get(traces.HEADER)
        g.open_span = traces.open_span(f"{request.method} {route}", "server", parent, {"http.route": route})

    def note_status(response: Response) -> Response:
        if "open_span" in g:
            g.open_span.span.set_attribute("http.response.status_code", response.status_code)
        return response

    def end(_error: BaseException | None) -> None:
        if opened := g.pop("open_span", None):
            opened.close()

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(note_status)
    app.teardown_request(end)
