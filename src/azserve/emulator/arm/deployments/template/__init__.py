"""The template language: what a template says, before anything happens.

    values.py      JSON with .NET's names and spellings; TemplateError
    syntax.py      `[...]` to a tree
    evaluate.py    a tree in its surroundings to a value
    functions/     one table of functions, by what they work on
    document.py    a template taken apart: sections, limits, features that are refused
    parameters.py  what was passed against what is declared
    checking.py    what can be told of expressions without evaluating them
    copies.py      `copy` loops inside values
    expand.py      resources as they will be: loops unrolled, names decided, dependencies found

Pure: the outside (resources, clock, subscription) comes in through `evaluate.Outside`. An expression that only a
running deployment can answer raises `UnresolvedError`, which a prediction shows as the expression itself, like Azure
does.
"""
