"""What uvicorn lacks: connections that do not wait for ever, and an end that does not wait for hung calls."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from xl_ltc_udfs.office_js.workers import Workers


class WorkingServer(Server):
    """A server whose workers start and end with it."""

    def __init__(self, config: Config, workers: Workers) -> None:
        super().__init__(config)
        self._workers = workers

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and have a first process ready."""
        await super().startup(sockets)
        self._workers.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the workers first, so that every request has its reply."""
        self._workers.close()
        await super().shutdown(sockets)


def impatient(seconds: float) -> type[H11Protocol]:
    """A protocol that closes a connection that holds it up.

    Args:
        seconds: from the connection's begin or its last reply until a request's headers are complete; and for a reply
            to be read on, once the client has left so much unread that no more can be sent.
    """

    class Impatient(H11Protocol):
        _awaiting: asyncio.TimerHandle | None = None
        _unread: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._watch()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._unread = self._unread or self.loop.call_later(seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._unread = _cancelled(self._unread)

        def connection_lost(self, exc: Exception | None) -> None:
            self._awaiting, self._unread = _cancelled(self._awaiting), _cancelled(self._unread)
            super().connection_lost(exc)

        def _watch(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._awaiting = _cancelled(self._awaiting)
            elif self._awaiting is None and not self.transport.is_closing():
                self._awaiting = self.loop.call_later(seconds, self.transport.abort)

    return Impatient


def _cancelled(timer: asyncio.TimerHandle | None) -> Any:
    if timer is not None:
        timer.cancel()
    return None
