"""From pieces of documents to documents."""

# Documents that are named for a question.
DOCUMENTS = 10
# Pieces that are asked for, so that they come from as many documents.
PIECES = 50


def documents(pieces):
    """The documents of the best pieces, the best first, each once."""
    return list(dict.fromkeys(pieces))[:DOCUMENTS]
