"""Asks deployed endpoints questions and says what was found.

A probe is data: a request, the traits it needs and the checks its answer must pass. Carrying one out always ends
in a `Finding`; nothing that a model or a network does may end in an exception.
"""
