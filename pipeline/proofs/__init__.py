"""The arithmetic of a disclosure as a test of itself: identities, intervals, verdicts.

Belongs here: the catalogue of identities (`identities.csv`, with the names shared by two classifications in
`same_names.csv`), how they are found among the figures of one document, whether they hold, which figures must be wrong,
and how that is told to a person. Does not belong here: how figures are read, and identities between documents (year to
year, budget to final account), which dbt builds over all documents.
"""

from pipeline.proofs.judge import Score, score
from pipeline.proofs.proving import Proofs, prove

__all__ = ["Proofs", "Score", "prove", "score"]
