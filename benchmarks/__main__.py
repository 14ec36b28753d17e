"""`python -m benchmarks [NAME …]`: run the named benchmarks, or all."""

import subprocess
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef main() -> None:" in path.read_text())
NAMES = [name for name in NAMES if name not in {"server", "turns", "__main__"}]


def main() -> None:
    """Run each in a process of its own."""
    unknown = set(sys.argv[1:]) - set(NAMES)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    for name in sys.argv[1:] or NAMES:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
