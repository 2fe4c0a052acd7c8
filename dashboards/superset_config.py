"""Settings of the Superset of one's own; Superset reads them by the name of this file's path in SUPERSET_CONFIG_PATH.

Belongs here: settings. Does not belong here: secrets; they are made at the first start and stand in the folder that SUPERSET_HOME names.
"""

import os
from pathlib import Path

from superset.config import TALISMAN_CONFIG

_HOME = Path(os.environ["SUPERSET_HOME"])

APP_NAME = "预算 Yusuan"
SECRET_KEY = (_HOME / "secret_key").read_text(encoding="utf-8")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
# One process serves one machine: nothing that counts requests needs a store of its own.
RATELIMIT_ENABLED = False
# Pages ask for a picture elsewhere, by which their visitors are counted: browsers are told to show no picture of others.
TALISMAN_CONFIG["content_security_policy"]["img-src"] = ["'self'", "blob:", "data:"]
