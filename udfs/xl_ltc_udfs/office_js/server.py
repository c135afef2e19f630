"""The web application: what Excel loads, and the endpoint for calls, open only to the add-in's own page.

Who may call: a request must name this server in its Host header (so that a foreign name led here by DNS is refused),
come from its own page (Origin and Sec-Fetch-Site, which browsers set), and carry the token of this run, which stands
in the page. No other site can read the page, as no response but the functions' metadata may be read across origins.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import xl_ltc
from xl_ltc_udfs.call import call as evaluate_call
from xl_ltc_udfs.office_js import icons, pages
from xl_ltc_udfs.office_js.boundary import TooManyCalls, split_calls
from xl_ltc_udfs.office_js.metadata import metadata
from xl_ltc_udfs.office_js.worker import Evaluate
from xl_ltc_udfs.office_js.workers import Overloaded, Workers

TOKEN_HEADER = "X-XL-LTC-Token"
LINES_OF_JSON = "application/x-ndjson"
"""The content type of requests and answers; no form of another site can send it."""

_FRAMES = (
    "'self' https://*.officeapps.live.com https://*.sharepoint.com https://onedrive.live.com "
    "https://excel.cloud.microsoft https://*.cloud.microsoft https://*.office.com https://*.microsoft365.com"
)
"""Sites of Excel on the web, which shows the task pane in a frame."""

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' https://appsforoffice.microsoft.com https://ajax.aspnetcdn.com; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors {_FRAMES}"
)
"""What the task pane may load. office.js loads further scripts from these two sites and sets styles in the page."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PUBLIC = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""For what holds no secret and is loaded by Excel itself, from another origin."""
_CLOSED = {"Connection": "close"}
"""Of a request that was not read to its end: its rest can't be told from a next one."""


@dataclass(frozen=True)
class Service:
    """How the add-in is served.

    Attributes:
        origins: addresses under which a browser may load it, such as ``https://localhost:8765``; the first is the
            manifest's.
        time_limit: of a call, seconds.
        body_time: in which a request's body must arrive, seconds.
        idle_time: seconds a connection may take to begin a request or to complete its headers, and to accept more of a
            reply that it does not read.
        most_bytes: of a body; a whole worksheet column of numbers at full precision has some 22 MiB.
        most_calls: in a request.
        files: folders in which calls may read files; None for any file.
        evaluate: what gives a call's result.
        token: known to this run's page alone.
    """

    origins: tuple[str, ...]
    time_limit: float = 60.0
    body_time: float = 20.0
    idle_time: float = 20.0
    most_bytes: int = 32 * 2**20
    most_calls: int = 1_000
    files: tuple[Path, ...] | None = ()
    evaluate: Evaluate = evaluate_call
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the Host header may say."""
        return tuple(origin.split("://")[1] for origin in self.origins)


class Refused(Exception):
    """A request that is not answered: status and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def application(service: Service, workers: Workers) -> ASGIApp:
    """The web application, whose calls the workers evaluate."""

    async def call(request: Request) -> Response:
        _check_caller(service, request)
        if request.headers.get("content-type", "").split(";")[0].strip() != LINES_OF_JSON:
            raise Refused(415, f"the content type is not {LINES_OF_JSON}")
        body = await _body(service, request)
        try:
            calls = split_calls(body, service.most_calls)
            return StreamingResponse(workers.answers(calls), media_type=LINES_OF_JSON)
        except TooManyCalls:
            raise Refused(400, f"more than {service.most_calls:,} calls") from None
        except Overloaded:
            raise Refused(503, "too many calls wait; try again") from None

    async def health(request: Request) -> Response:
        _check_caller(service, request)
        return JSONResponse({"version": xl_ltc.__version__})

    page_headers = {"Content-Security-Policy": _PAGE_POLICY}
    metadata_headers = {**_PUBLIC, "Access-Control-Allow-Origin": "*"}
    routes = [
        Route("/call", call, methods=["POST"]),
        Route("/health", health),
        _resource("/taskpane.html", "text/html", pages.task_pane(service.token), page_headers),
        _resource("/functions.js", "text/javascript", pages.script(), _PUBLIC),
        _resource("/functions.json", "application/json", json.dumps(metadata()), metadata_headers),
        _resource("/manifest.xml", "application/xml", pages.manifest(service.origins[0]), _PUBLIC),
        *(_resource(f"/icon-{size}.png", "image/png", icons.icon(size), _PUBLIC) for size in icons.SIZES),
    ]
    app = Starlette(routes=routes, exception_handlers={Refused: _refusal})
    app.router.redirect_slashes = False
    return _Guard(app, service.hosts)


def _resource(path: str, media_type: str, content: str | bytes, headers: Mapping[str, str]) -> Route:
    def resource(request: Request) -> Response:
        return Response(content, media_type=media_type, headers=headers)

    return Route(path, resource)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse({"error": error.reason}, error.status, _CLOSED)


def _check_caller(service: Service, request: Request) -> None:
    """Raises Refused unless the request comes from this run's own page."""
    headers = request.headers
    if not set(headers.getlist("sec-fetch-site")) <= {"same-origin"}:
        raise Refused(403, "the request comes from another site")
    if not set(headers.getlist("origin")) <= set(service.origins):
        raise Refused(403, "the request comes from another origin")
    tokens = headers.getlist(TOKEN_HEADER)
    if len(tokens) != 1 or not secrets.compare_digest(tokens[0].encode(), service.token.encode()):
        raise Refused(403, "the token is not the one of this run; reload the task pane")


async def _body(service: Service, request: Request) -> bytes:
    """The request's body; what its Content-Length says is not relied upon."""
    body = bytearray()
    try:
        async with asyncio.timeout(service.body_time):
            async for chunk in request.stream():
                body += chunk
                if len(body) > service.most_bytes:
                    raise Refused(413, f"the arguments are larger than {service.most_bytes:,} bytes")
    except TimeoutError:
        raise Refused(408, f"the request did not arrive within {service.body_time:g} seconds") from None
    except ClientDisconnect:
        raise Refused(400, "the request broke off") from None
    return bytes(body)


class _Guard:
    """Refuses requests for another host or of two lengths; gives every response headers that keep browsers strict."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type") == "image/png":
                    del headers["Cache-Control"]  # Office replaces icons that it may not keep
            await send(message)

        await self._chosen(Headers(scope=scope))(scope, receive, send_strict)

    def _chosen(self, headers: Headers) -> ASGIApp:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return JSONResponse({"error": "this server has another name"}, 421, _CLOSED)
        if "content-length" in headers and "transfer-encoding" in headers:
            # A proxy in front might go by the other one, and take the rest for another's request.
            return JSONResponse({"error": "the request has two lengths"}, 400, _CLOSED)
        return self._app
