"""A dashboard for Superset, as code: which questions it answers, and the server that shows it.

Belongs here: charts and their places (`dashboard.yaml`), the bundle of files that Superset imports (`bundle/`, generated), and the
environment, settings and start of a Superset of one's own. Does not belong here: what a table or a column means (the dictionary), and the
PostgreSQL that is asked (`pipeline.publish`).

`python -m dashboards` (`make superset`) starts it; `make docs` writes the bundle.
"""
