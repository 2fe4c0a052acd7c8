"""Import the bundle into Superset's own database, in the place of what an earlier one left there.

Belongs here: the one step that only Superset's own code can do; its interpreter runs this file. Does not belong here: anything of the
project: this file may import nothing of it.

Its command line for dashboards keeps the database and the charts that are there already; only its import of "assets" replaces them.
"""

import os
import sys
from pathlib import Path

import yaml
from flask import g
from superset.app import create_app


def main(folder: Path, address: str, user: str) -> None:
    """Import what stands in `folder`, with the database at `address`, as `user`."""
    contents = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")
    }
    for name in contents:
        if name.startswith("databases/"):
            contents[name] = yaml.safe_dump({**yaml.safe_load(contents[name]), "sqlalchemy_uri": address})
    with create_app().app_context():
        from superset import security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand

        g.user = security_manager.find_user(username=user)
        ImportAssetsCommand(contents).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), os.environ["SUPERSET_DATABASE_ADDRESS"], sys.argv[2])
