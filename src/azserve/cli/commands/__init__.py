"""One module per verb. Each defines a click command of the verb's name and nothing that another verb needs."""
