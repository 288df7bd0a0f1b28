"""Writes docs/reference from what the code declares. A test holds the committed pages to it."""

from pathlib import Path

from generator.page import HEAD
from generator.pages import pages

FOLDER = Path(__file__).parent / "reference"


def main() -> None:
    """A page that nothing declares any more goes."""
    made = pages()
    for name, text in made.items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for file in FOLDER.rglob("*.md"):
        if str(file.relative_to(FOLDER)) not in made and file.read_text(encoding="utf-8").startswith(HEAD):
            file.unlink()


if __name__ == "__main__":
    main()
