"""`python -m benchmarks [NAME …]`: run the named benchmarks, or all, and perhaps write down what came of them."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

MODULES = {path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))}
NAMES = [name for name, text in MODULES.items() if "\nBENCHMARK = " in text]
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    """Run each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Each has its peers in the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; by default all")
    parser.add_argument("--rounds", type=int, help="how often the ways take turns")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    rounds = [f"--rounds={options.rounds}"] if options.rounds else []
    for name in options.names or NAMES:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *rounds], stdout=subprocess.PIPE, text=True, check=False
        )
        print(done.stdout, flush=True)
        if done.returncode:
            sys.exit(done.returncode)
        if options.write:
            write(name, done.stdout)


def write(name: str, told: str) -> None:
    """Put what a benchmark told into its place in the page."""
    lines = "\n".join(line.rstrip() for line in told.strip().splitlines())
    place = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
    PAGE.write_text(place.sub(lambda found: f"{found[1]}{lines}{found[2]}", PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
