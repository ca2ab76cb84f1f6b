"""Template deployments: what ARM does with a template.

    provider.py   routes: PUT, GET, list, validate, whatIf, cancel, operations
    wishes.py     a request's body, or a nested deployment's, to one Wish
    blueprint.py  a Wish to what will be deployed: template, parameters, resources in order
    around.py     the world around a template, as its expressions see it
    rehearsal.py  the whole deployment carried out in a copy of the world: what preflight refuses
    running.py    the deployment carried out, event by event
    prediction.py what-if
    failures.py   errors in ARM's nesting
    records.py    what is remembered of a deployment, and how it is shown
    template/     the language

Preflight is a rehearsal: the world is copied, each resource is checked against the copy and then made in it at once,
dependencies first. So a quota is summed over the template, a child finds its parent, and nothing leaks. A resource
whose body asks for what only a running deployment knows is made without being checked first, as Azure skips its
preflight.

Rejected: a table of rules beside the kinds (it would differ from them one day), and evaluating a whole template before
anything runs (`reference` must see what a provider filled in).
"""
