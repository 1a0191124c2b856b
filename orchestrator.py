#!/usr/bin/env python3
"""The roof: makes the environment on a bare machine, then hands over to the command line."""

from pathlib import Path

from agents.setup_environment import enter

if __name__ == "__main__":
    enter(Path(__file__).resolve().parent)

    from agents.console.commands import main

    main()
