"""The documentation: pages people write, and the pages that are generated from what the project declares.

Belongs here: prose in Markdown, and the generator of the reference pages. Does not belong here: any description of a table, a command
or a refusal; those stand where they are declared.
"""
