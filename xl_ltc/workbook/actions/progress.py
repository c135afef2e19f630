"""How an action says what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
"""Told in a few words what is being done; may raise ``Cancelled`` to stop the action."""
