"""`python -m azserve`."""

from azserve.cli.main import run

if __name__ == "__main__":
    run()
