"""argv → request, wiring, exit codes. The only room that may end the process, read `os.environ` or print.

A command has three parts: declare flags; gather them into one request value; call a function of `verbs/` that has
never heard of click. Nothing is imported that a command does not need: `main` knows the verbs as a table of names
and one-line helps, and imports a command's module when it is called. To add a command, see README.md.
"""
