"""One typed function per command: a request value in, a result value out.

This room joins the others: a verb may call any stage and is called only by `cli` and by people who use azserve as a
library. It never prints, prompts, reads `os.environ` or ends the process; what it needs of the world comes in as
ports. Rejected: letting the commands do the joining (then the library and the command drift apart), and letting
one stage call the next (then no stage can be tested without those after it).
"""
