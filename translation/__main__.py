"""The pack's languages.

    python3 quickstart.py run translation                    what is missing, in numbers
    python3 quickstart.py run translation --missing zh       the texts that Chinese lacks, as JSON to fill in
    python3 quickstart.py run translation --add zh FILE      takes such a JSON, checks it, and writes locales/

A new language is one that --add names. Numbers and places to fill in, such as {0}, must stay as they are.
"""

import argparse
import json
import sys
from pathlib import Path

from . import memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", metavar="LANGUAGE", help="print the texts that it lacks")
    parser.add_argument("--add", nargs=2, metavar=("LANGUAGE", "FILE"), help="add translations")
    options = parser.parse_args()
    if options.missing:
        print(json.dumps(dict.fromkeys(memory.missing(options.missing), ""), ensure_ascii=False, indent=1))
    elif options.add:
        add(*options.add)
    else:
        every = memory.texts()
        print(f"en: {len(every)} texts, {sum(len(text.split()) for text in every)} words")
        for language in memory.languages():
            print(f"{language}: {len(memory.missing(language))} are missing")


def add(language: str, path: str) -> None:
    more = json.loads(Path(path).read_text(encoding="utf-8"))
    if wrong := memory.faults({text: said for text, said in more.items() if said}):
        sys.exit("\n".join(wrong))
    memory.add(language, more)
    memory.write()
    print(f"{language}: {len(memory.missing(language))} are missing")


if __name__ == "__main__":
    main()
