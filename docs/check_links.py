"""Check every link of the built site: pages, pictures and places within pages.

    python docs/check_links.py docs/_build

Addresses elsewhere are not visited; they have to be well formed, and are listed with --list.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

GENERATED = {"genindex.html", "py-modindex.html", "search.html"}


class Page(HTMLParser):
    """The links of a page, and the places that others may link to."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value and tag != "link":
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.places.add(value)


def problems(site: Path, outside: dict[str, set[str]]) -> list[str]:
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    found = []
    for path, page in pages.items():
        here = path.relative_to(site.resolve()).as_posix()
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("data", "javascript", "mailto"):
                continue
            if parts.scheme or parts.netloc:
                outside[link].add(here)
                if parts.scheme != "https" or "." not in parts.netloc or " " in link:
                    found.append(f"{here}: {link} is not a well-formed https address")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                found.append(f"{here}: {link} leads nowhere")
            elif (
                parts.fragment
                and target.name not in GENERATED
                and unquote(parts.fragment) not in pages[target].places
            ):
                found.append(f"{here}: {link}: there is no such place in that page")
    return sorted(found)


def main(arguments: list[str]) -> int:
    outside: dict[str, set[str]] = defaultdict(set)
    found = problems(Path(arguments[0]), outside)
    if "--list" in arguments:
        for link in sorted(outside):
            print(f"{link}  ({len(outside[link])})")
    print(*found, sep="\n", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
