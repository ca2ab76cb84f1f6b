"""The scripted model: the same question gets the same answer, for ever.

It knows turns, tools and schemas, and no route, key or status. `model.respond` is the whole of it: a list of rules,
first match wins, from what is most binding (a tool's result to weave in) to an honest default that says who speaks.
An answer depends on what was asked, never on a request's position or the time, so a probe that passes does so because
the request arrived whole: the tool's result, the earlier turns, the picture and the schema are really read.
"""
