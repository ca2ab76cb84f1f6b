"""Settings, catalogue and facts in; where the fleet goes and what will be done out. Pure: no clock, no network.

    naming        every name, from the identity alone        places      names in one region, `existing:` respected
    holdings      what the fleet already has                 situation   all that a verdict may look at
    offers        is exactly this offered there              lifecycle   retired, deprecated, soon
    quota         pools, net demand, sharing out             verdicts    yes, no or unknown, with reasons
    obstacles     rights, names, policies, registrations     soft_deleted  what comes back, what is in the way
    questions     what only planning can name for a survey
    choosing      which regions: `place`, `assess`           refusal     why not, and the smallest change
    estates       what each region should hold               difference  rendered against live
    surroundings  what stands around a host
    phases        the steps: `make_plan`                     serial      a plan as JSON and back

Placing and planning are two calls because rendering stands between them: steps come from comparing what the rendered
templates describe with what is live, never from a second description of it and never from deployment history.

Rejected: a solver for region choice (greedy in a fixed order can be explained in one line per region, and a fleet
has dozens of candidates, not thousands); a state file (state is Azure's, names are functions of the identity);
treating an unknown as either a yes or a no (`OnUnknown` lets the user say which); ordering by free quota (then the
answer would move with other people's usage).
"""
