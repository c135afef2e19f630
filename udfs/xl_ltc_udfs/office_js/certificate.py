"""Checks of the certificate and key that the server is given, before anything is served with them."""

from __future__ import annotations

import errno
import os
import ssl
from pathlib import Path

from xl_ltc.errors import InputError

_OUT_OF_DATE = {9: "not valid yet", 10: "expired"}
"""OpenSSL's codes of a failed verification."""
_OTHER_NAME = (62, 64)


def check_certificate(certificate: Path, key: Path) -> None:
    """Check that a server can present the certificate now.

    Raises:
        InputError: a file is missing or can't be read; they are no PEM certificate and its key; it has expired.
    """
    for option, path in (("--certificate", certificate), ("--key", key)):
        _check_readable(option, path)
    try:
        code = _verified(certificate, key, None)
    except ssl.SSLError as error:
        found = f"{certificate} with {key} ({error.reason or 'unreadable'})"
        allowed = "a PEM certificate and its own PEM key, without password"
        raise InputError.single("--certificate", found, allowed) from None
    if code in _OUT_OF_DATE:
        raise InputError.single(
            "--certificate", f"{certificate}: {_OUT_OF_DATE[code]}", "a certificate that is valid today"
        )


def certificate_warnings(certificate: Path, key: Path, name: str) -> list[str]:
    """What a checked certificate lacks.

    Args:
        certificate, key: the files.
        name: the host under which the add-in is loaded.
    """
    found = []
    if _verified(certificate, key, name) in _OTHER_NAME:
        found.append(f"{certificate} is not for {name}; Office will not load the add-in")
    if os.name == "posix" and key.stat().st_mode & 0o077:
        found.append(f"other users can read {key}; close it to them with: chmod 600 {key}")
    return found


def _check_readable(option: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise InputError.single(option, f"{path}: {reason}", "a PEM file that this user can read") from None


def _verified(certificate: Path, key: Path, name: str | None) -> int:
    """What a client that trusts the certificate itself finds when it connects: OpenSSL's code; 0 for nothing.

    Raises:
        ssl.SSLError: the files can't be used.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key, password="")
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = name is not None
    client.load_verify_locations(certificate)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    ]
    try:
        for _ in range(4):  # a handshake takes each side two turns
            for end in ends:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
    except ssl.SSLCertVerificationError as error:
        return error.verify_code
    return 0
