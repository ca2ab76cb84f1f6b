"""A placement and templates in, ARM JSON and Bicep out.

    RegionEstate ─ composing ─▶ RegionView (pieces) ─ templates ─▶ text ─ reading ─▶ what it describes
                                                                    └── writing ──▶ files

- **Logic is here, text is there.** `composing` decides what is written, in which order, under which symbols; a template
  is real Bicep or ARM with holes, one partial per resource type, in `templates/` at the top of the repository. Both
  languages are drawn from the same pieces, and a test evaluates both and compares.
- **Nothing is printed raw.** Each hole goes through a filter of its language, and a template that forgets one fails
  (`templates`). In ARM, names live in `variables`, so that no text of the user's ever stands inside an expression.
- **What is compared is what is sent.** `reading` resolves the rendered ARM JSON, and the plan compares that.
- **Same input, same bytes.** No clock, no version number, no hash seed: maps are sorted where order is free, the JSON
  is parsed and printed again, and what counts as invisible is a list and not the Python's Unicode table.
- **Templates are bounded.** A set may come with a pull request: `sandbox` counts the turns of a file's loops and calls,
  and refuses a value before it is too large.
- **Two parameters.** `location` and `tags` have their rendered values as defaults, so each file deploys alone; names
  are not parameters, because azserve finds its resources by them. Beside them stand switches for a single deployment
  (bringing back what is soft-deleted), which no file ever sets.
- **Keys stay inside Azure.** What is put into other people's groups (connections, kept keys) is a nested deployment,
  in Bicep a module, that starts when the resource stands and fetches its key there. No parameter or output has one.
- **Wrong templates are told, whoever wrote them.** `checks` takes apart anyone's ARM JSON; a set of the user's own is
  `ejecting`'s copy, stamped with the version of what templates are given.
- **Other tools' forms are other files of the same pieces.** A `.bicepparam` and `azd`'s layout are templates, too.
- **Client code is drawn the same way** (`snippets`): strict, sandboxed, a filter per language; from the packaged
  templates alone, because a program is changed after it is written and not before.
- **Compiled templates are kept** beside the packaged ones (`compiled`), as Python keeps its modules, and hold nothing
  that a filter says.

Rejected: building both languages from one tree in Python (exact, but nobody can read or replace the result as a
template); reading a key after a deploy and sending it with the next (then it is a parameter); one combined template
with conditions for every shape (dead branches in a reviewed file); Bicep compiled to ARM (no compiler comes with
Python); a manifest of written files (a marker inside each file survives being moved).
"""
