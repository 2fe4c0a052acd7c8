"""Fifteen questions put to the warehouse, and the page that shows their answers.

Belongs here: the questions (SQL), what is said of their answers (questions.yaml), and the page's layout. Does not belong here: a rule that
a mart should hold; a query that needs one is a defect of the mart.
"""
