"""`python -m benchmarks [NAME …]`: run the named benchmarks, or all."""

import argparse
import subprocess
import sys
from pathlib import Path

MODULES = {path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))}
NAMES = [name for name, text in MODULES.items() if "\nBENCHMARK = " in text]


def main() -> None:
    """Run each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Each has its peers in the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; by default all")
    parser.add_argument("--rounds", type=int, help="how often the ways take turns")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    rounds = [f"--rounds={options.rounds}"] if options.rounds else []
    for name in options.names or NAMES:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *rounds], check=True)
        print()


if __name__ == "__main__":
    main()
