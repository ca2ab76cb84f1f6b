"""Asks Azure what is true now, and keeps for every answer its source and age.

A source that cannot be read gives a `Fact` that says why: never an empty list, which would read as "nothing
there", and never an exception that hides what the other regions answered.
"""
