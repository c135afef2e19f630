"""The command ``xl-ltc serve``."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import ipaddress
import math
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from xl_ltc.errors import InputError
from xl_ltc.files import written_whole
from xl_ltc_udfs.office_js.certificate import certificate_warnings, check_certificate

if TYPE_CHECKING:
    from uvicorn import Server

    from xl_ltc_udfs.office_js.server import Service

PORT = 8765
TIME_LIMIT = 60.0
UNUSABLE = 2
"""Exit status when the server can't start."""
_MOST_CONNECTIONS = 200
"""Beyond them a request is told to come again; a Mac lets a program have 256 files open."""

_DESCRIPTION = """\
Serves the add-in that brings the worksheet functions into Excel on the web, Mac and Windows, from this computer.
Add the manifest it serves (or writes with --manifest) to Excel, and leave it running while you work.
docs/office_js.md shows the way, step by step."""

_EPILOG = """\
Certificate: Office loads add-ins over https only. Make one that this computer trusts, for instance with mkcert:
  mkcert -install
  mkcert localhost 127.0.0.1
  xl-ltc serve --certificate localhost+1.pem --key localhost+1-key.pem
Without a certificate the add-in is served over http, which is enough to look at it in a browser."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``serve`` to the commands of ``xl-ltc``."""
    serve = commands.add_parser(
        "serve",
        help="the worksheet functions for Excel on the web, Mac and Windows",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"port; {PORT} if not given, 0 for a free one"
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on; only this computer if not given")
    serve.add_argument(
        "--plain-http",
        action="store_true",
        help="let another --host go without a certificate, where a proxy before it has one",
    )
    serve.add_argument("--certificate", type=Path, metavar="FILE", help="certificate (PEM), for https")
    serve.add_argument("--key", type=Path, metavar="FILE", help="private key of the certificate (PEM)")
    serve.add_argument(
        "--time-limit", type=float, default=TIME_LIMIT, metavar="S", help=f"seconds a call may take; {TIME_LIMIT:g}"
    )
    serve.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="URL",
        help="a further address under which the add-in is loaded, such as https://ltc.example.com behind a proxy; "
        "the manifest takes the first; may be repeated",
    )
    serve.add_argument(
        "--files",
        type=Path,
        action="append",
        metavar="FOLDER",
        help="a folder in which functions such as LTC_PROJECT may read the files that a cell names, those below it "
        "included; may be repeated. If not given: any file that you can read, but none with another --host or with "
        "--allow-origin, by which others may call",
    )
    serve.add_argument("--manifest", type=Path, metavar="FILE", help="only write the manifest, to FILE")
    serve.set_defaults(action=_serve)


def _serve(options: argparse.Namespace) -> int:
    _check(options)
    if options.manifest is not None:
        return _write_manifest(options)
    missing = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        return _unusable(f"needs {' and '.join(missing)}; install with: pip install 'xl-ltc[serve]'")
    try:
        listener = socket.create_server((options.host, options.port), family=_family(options.host), backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        return _unusable(f"can't listen on {options.host}, port {options.port}: {reason}; choose another with --port")
    with listener:
        return _run(options, listener)


def _check(options: argparse.Namespace) -> None:
    """Raises InputError for options that can't be."""
    if not 0 <= options.port <= 65535:
        raise InputError.single("--port", str(options.port), "0 to 65535")
    if not 0.1 <= options.time_limit <= 86_400:
        raise InputError.single("--time-limit", f"{options.time_limit:g}", "0.1 to 86400 seconds")
    for one, other in (("certificate", "key"), ("key", "certificate")):
        if getattr(options, one) is not None and getattr(options, other) is None:
            raise InputError.single(f"--{one}", f"no --{other}", "both, or neither")
    if not (_is_loopback(options.host) or options.certificate or options.plain_http or options.manifest):
        allowed = "--certificate and --key, as others could read the token; --plain-http behind a proxy that has them"
        raise InputError.single(f"--host {options.host}", "no --certificate", allowed)
    for url in options.allow_origin:
        _check_origin(url)
    for folder in options.files or ():
        if not folder.is_dir():
            raise InputError.single(f"--files {folder}", "no folder", "a folder that is there")
    if options.certificate is not None:
        check_certificate(options.certificate, options.key)


def _check_origin(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and url == f"{parts.scheme}://{parts.netloc}" and bool(parts.hostname)
        good = good and "@" not in url and parts.port != {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        good = False
    if not good or url != url.lower():
        raise InputError.single("--allow-origin", repr(url), "scheme, name and port alone, as https://ltc.example.com")


def _origins(options: argparse.Namespace, port: int) -> tuple[str, ...]:
    """The addresses of the add-in, the manifest's first."""
    scheme, standard = ("http", 80) if options.certificate is None else ("https", 443)
    names = ["localhost", "127.0.0.1", "[::1]"] if _is_loopback(options.host) else []
    own = f"[{options.host}]" if ":" in options.host else options.host.lower()
    end = "" if port == standard else f":{port}"
    return tuple(dict.fromkeys((*options.allow_origin, *(f"{scheme}://{name}{end}" for name in (*names, own)))))


def _files(options: argparse.Namespace) -> tuple[Path, ...] | None:
    """The folders in which calls may read files; None for any file, if only this computer's own users can call."""
    if options.files is None and _is_loopback(options.host) and not options.allow_origin:
        return None
    return tuple(folder.absolute() for folder in options.files or ())


def _of_files(files: tuple[Path, ...] | None) -> str:
    if files is None:
        return "any that you can read; --files FOLDER names the only ones"
    return ", ".join(str(folder.resolve()) for folder in files) or "none; --files FOLDER names some"


def _is_loopback(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _write_manifest(options: argparse.Namespace) -> int:
    from xl_ltc_udfs.office_js.pages import manifest

    with written_whole(options.manifest) as part:
        part.write_text(manifest(_origins(options, options.port)[0]), encoding="utf-8")
    print(f"Written: {options.manifest}")
    return 0


def _run(options: argparse.Namespace, listener: socket.socket) -> int:
    from xl_ltc_udfs.office_js.server import Service

    origins = _origins(options, listener.getsockname()[1])
    service = Service(origins, time_limit=options.time_limit, files=_files(options))
    server = server_of(service, options.certificate, options.key)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to end in the same orderly way
    with contextlib.suppress(KeyboardInterrupt):  # raised again by uvicorn after its orderly end
        _announce(options, service)
        server.run(sockets=[listener])
    print("Ended.")
    return 0


def _announce(options: argparse.Namespace, service: Service) -> None:
    origin = service.origins[0]
    for warning in _warnings(options, origin):
        print(f"xl-ltc serve: warning: {warning}", file=sys.stderr)
    print(f"Serving the worksheet functions at {origin} with {sys.executable}")
    print(f"Files that a cell may name: {_of_files(service.files)}")
    if options.certificate is None:
        print("Without a certificate (see --help) Office will not load the add-in; a browser will.")
    print(f"Manifest: {origin}/manifest.xml")
    print("Ctrl+C ends it.", flush=True)


def _warnings(options: argparse.Namespace, origin: str) -> list[str]:
    """What is allowed, but not safe without more."""
    found = []
    if not _is_loopback(options.host):
        found.append(f"listening on {options.host}; whoever reaches it can load the page and call the functions")
    if options.certificate is not None:
        found += certificate_warnings(options.certificate, options.key, urlsplit(origin).hostname or "")
    return found


def server_of(service: Service, certificate: Path | None = None, key: Path | None = None) -> Server:
    """The server of a ``Service``, for ``run`` or ``serve`` with a listening socket."""
    import uvicorn

    from xl_ltc_udfs.office_js.protocol import WorkingServer, impatient
    from xl_ltc_udfs.office_js.server import application
    from xl_ltc_udfs.office_js.workers import Workers

    workers = Workers(service.time_limit, evaluate=service.evaluate, files=service.files)
    return WorkingServer(
        uvicorn.Config(
            application(service, workers),
            http=impatient(service.idle_time),
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=math.ceil(service.idle_time),
            timeout_graceful_shutdown=2,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        ),
        workers,
    )


def _unusable(problem: str) -> int:
    print(f"xl-ltc serve: {problem}", file=sys.stderr)
    return UNUSABLE
