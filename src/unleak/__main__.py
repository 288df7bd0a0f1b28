"""`python -m unleak`: the command, where its script is not on the PATH."""

from unleak.cli.main import main

if __name__ == "__main__":
    main()
