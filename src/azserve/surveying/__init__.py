"""Asks Azure what is true now, and keeps for every answer its source and age.

    survey   what to ask, and the answers put together        reads   many reads at once, each ending in a fact
    cache    lists of earlier runs, in the user's folder      ports   what is needed of Azure

A source that cannot be read gives a `Fact` that says why: never an empty list, which would read as "nothing
there", and never an exception that hides what the other regions answered. One that does not answer in time is
unreadable too, and is left behind.

Of a region's model list only the fleet's models are kept; what the fleet runs and no longer names is asked for in a
second round. Names and policies are asked about in candidate regions alone, because only planning knows the names.

Rejected: keeping a whole answer for later (rights, names and what a fleet has must be true now); believing a kept no
(`verbs.looking` asks again first); sharing entries between regions (in recordings no two regions' entries agree).
"""
