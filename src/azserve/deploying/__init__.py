"""Carries out a plan through ports, and writes down what happened.

Regions go side by side; inside one account everything is strictly in order, because the rendered template says so
with `dependsOn`. One region's failure never stops another. State lives in Azure: the receipt is output only.
"""
