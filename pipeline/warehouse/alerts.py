"""Telling a person that something needs a person.

Belongs here: handing a sentence to the command of the user's choice. Does not belong here: deciding what is worth an alert.
"""

from __future__ import annotations

import logging
import os
import subprocess

_SECONDS = 30


def alert(text: str) -> bool:
    """Give a sentence to the shell command in YUSUAN_ALERT_COMMAND, on its standard input; return whether it took it.

    The command may be `mail -s yusuan someone@example.org`, or a line that posts to a chat. Without one the sentence is logged.
    """
    logging.getLogger("yusuan").warning(text)
    command = os.environ.get("YUSUAN_ALERT_COMMAND")
    if not command:
        return False
    try:
        subprocess.run(command, shell=True, input=text, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        # An alert that cannot be delivered must not bring down what it is about.
        logging.getLogger("yusuan").error("the alert command failed: %s", error)
        return False
    return True
