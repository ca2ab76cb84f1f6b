"""What is measured: each module is a program that prints what it took."""
