"""``python -m release COMMAND``: what builds, locks and checks a release."""

from __future__ import annotations

import argparse

from release import audit, distributions, licences, lock


def main() -> None:
    """Do one command; the exit status is not 0 if it finds something wrong."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    locking = commands.add_parser("lock", help="write the lock files anew")
    locking.add_argument("--upgrade", action="store_true", help="take the newest versions")
    locking.add_argument("--check", action="store_true", help="only say what of pyproject.toml they do not meet")
    commands.add_parser("audit", help="known vulnerabilities of the locked versions")
    listing = commands.add_parser("licences", help="write docs/licences.md")
    listing.add_argument("--check", action="store_true", help="only say whether it is current")
    commands.add_parser("distributions", help="build wheel and sdist, install and try them")
    options = parser.parse_args()
    match options.command:
        case "lock":
            if not options.check:
                lock.write(options.upgrade)
            if found := lock.check():
                raise SystemExit("\n".join([*found, "python -m release lock writes the lock files anew"]))
        case "audit":
            result = audit.audit_locks()
            print(result.report())
            raise SystemExit(1 if result.vulnerable else 0)
        case "licences":
            page = licences.found_here()
            if not options.check:
                licences.PAGE.write_text(page, encoding="utf-8")
            elif licences.PAGE.read_text(encoding="utf-8") != page:
                raise SystemExit("docs/licences.md is not current: python -m release licences writes it anew")
        case "distributions":
            distributions.check()


if __name__ == "__main__":
    main()
