"""Runs the program pavise that this package carries: python -m pavise_lsp."""

import os
import subprocess
import sys
import sysconfig


def find_pavise() -> str:
    """The path of the program, wherever pip has put it."""
    name = "pavise" + (sysconfig.get_config_var("EXE") or "")
    folders = [sysconfig.get_path("scripts")]
    user = sysconfig.get_preferred_scheme("user")
    folders.append(sysconfig.get_path("scripts", scheme=user))
    # pip install --target puts programs into a folder bin beside the packages.
    beside = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folders.append(os.path.join(beside, "bin"))
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise FileNotFoundError("the program pavise is in none of " + ", ".join(folders))


def main() -> int:
    path = find_pavise()
    arguments = [path, *sys.argv[1:]]
    if sys.platform == "win32":
        return subprocess.run(arguments, check=False).returncode
    os.execv(path, arguments)


if __name__ == "__main__":
    sys.exit(main())
