"""The nouns: frozen values that the rooms hand to each other.

Nothing here reads, writes, waits or decides. A module is named after the noun that it defines, and imports
nothing of ours but other nouns and `errors`. Import from the module (`from azserve.model.plan import Plan`), not
from here: this file stays empty so that naming one noun does not load them all.
"""
