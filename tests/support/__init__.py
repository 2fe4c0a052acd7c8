"""What several tests share: a reader of toy documents, a small dbt project, builds in processes of their own.

Belongs here: stand-ins and helpers. Does not belong here: tests, and expected values.
"""
