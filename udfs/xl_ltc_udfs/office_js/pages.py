"""What the add-in is made of beside its metadata: manifest, task pane and script, filled in from the registry."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from itertools import groupby
from string import Template

import xl_ltc
from xl_ltc_udfs.registry import Argument, WorksheetFunction, functions

OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
"""Microsoft's script, which a page must load from there; no copy may be kept."""


def manifest(base: str) -> str:
    """The add-in-only manifest of an add-in served at ``base``, such as ``https://localhost:8765``."""
    return _template("manifest.xml").substitute(base=escape(base), version=manifest_version(xl_ltc.__version__))


def manifest_version(version: str) -> str:
    """Four numbers that grow with ours; the first is 1, the least that Microsoft's checks accept."""
    return ".".join(("1", *version.split(".")[:3]))


def task_pane(token: str) -> str:
    """The task pane's page, with the token its calls must carry."""
    sections = groupby(functions().values(), key=lambda function: function.category)
    return _template("taskpane.html").substitute(
        office_js=OFFICE_JS,
        token=escape(token),
        version=escape(xl_ltc.__version__),
        count=len(functions()),
        functions="\n".join(_section(category, list(members)) for category, members in sections),
    )


def script() -> str:
    """The functions' script: how many arguments each takes, and the code that sends calls to the server."""
    counts = {function.name: len(function.arguments) for function in functions().values()}
    return f"const LTC_ARGUMENTS = {json.dumps(counts)};\n" + _text("functions.js")


def _section(category: str, members: list[WorksheetFunction]) -> str:
    return f"<section>\n<h2>{escape(category)}</h2>\n" + "\n".join(map(_details, members)) + "\n</section>"


def _details(function: WorksheetFunction) -> str:
    arguments = "\n".join(map(_argument, function.arguments))
    return (
        f"<details>\n<summary><b>{escape(function.name)}</b> {escape(function.summary)}</summary>\n"
        f"<code>={escape(function.syntax)}</code>\n<dl>\n{arguments}\n</dl>\n"
        f"<p><i>Gives</i> {escape(function.returns)}</p>\n<p><i>Source</i> {escape(function.source)}</p>\n</details>"
    )


def _argument(argument: Argument) -> str:
    optional = " <i>optional</i>" if argument.optional else ""
    return f"<dt>{escape(argument.name)}{optional}</dt><dd>{escape(argument.help)}</dd>"


def _template(name: str) -> Template:
    return Template(_text(name))


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
