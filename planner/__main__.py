"""The door of the command line, for ``plan`` and ``python -m planner``.

It loads the commands itself, so that Ctrl-C while they load ends as it does later.
"""

import sys

from planner.cli import INTERRUPTED


def main() -> None:
    """Run the command line."""
    try:
        from planner.cli.app import main as run
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
