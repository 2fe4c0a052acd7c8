"""What the tests of documents share."""

from __future__ import annotations

from tests.support.corpus import read_once

__all__ = ["read_once"]
