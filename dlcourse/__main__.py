"""``python -m dlcourse`` is the command ``dlcourse``."""

from dlcourse.cli import main

main(prog_name="dlcourse")
