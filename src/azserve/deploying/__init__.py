"""Carries out a plan through ports, and writes down what happened.

    rollout      `carry_out`: phases in order, regions side by side, a Receipt at the end
    in_region    one region: its template deployment, repeated where Azure asks for that, then its endpoints
    pruning      what is deleted afterwards: pruned steps, and a failed region's new resources on rollback
    destroying   `destroy`: everything that carries the fleet's tag, and nothing else
    exit_codes   what a receipt means for the process

Regions go side by side; inside one account everything is strictly in order, because the rendered template says so
with `dependsOn`. One region's failure never stops another. State lives in Azure: the receipt is output only.

Rejected: an executor of the standard library, because leaving it waits for its threads, so that Ctrl-C would hang until
the last poll; a journal on disk, because ARM keeps the deployment under a stable name and a second run joins it;
deploying step by step instead of one template per region, because then nothing but azserve could repeat it.
"""

from azserve.deploying.destroying import DestroyRequest, destroy
from azserve.deploying.exit_codes import exit_code
from azserve.deploying.rollout import CarryOutRequest, carry_out

__all__ = ["CarryOutRequest", "DestroyRequest", "carry_out", "destroy", "exit_code"]
