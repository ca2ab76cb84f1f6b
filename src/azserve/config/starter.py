"""The file that `azserve init` writes."""

from __future__ import annotations

from string import Template

_TEXT = Template(
    """\
# yaml-language-server: $$schema=azserve.schema.json
#
# What to deploy, and where. `azserve validate` checks this file; `azserve demo` shows the whole line on a local Azure.
# For completion in your editor:  azserve validate --schema > azserve.schema.json

# The fleet's name. It is in every tag and every name that azserve makes.
fleet: $fleet

# Left out here, the subscription comes from AZURE_SUBSCRIPTION_ID. A variable may stand in any value: "$${NAME}".
# subscription: "$${AZURE_SUBSCRIPTION_ID}"

tags:
  made-by: azserve

# A list means all of these. `{need: 2, of: [eastus2, westus3, northcentralus]}` means any two, the first ones first.
regions: {need: 2, of: [eastus2, westus3, northcentralus]}

# What to deploy, by a key that clients pass as the model's name. The schema lists the models there are.
endpoints:
  # A Foundry deployment: takes capacity from your quota, names a version. One unit is 1,000 tokens a minute here.
  chat: {model: DeepSeek-V3.2, version: "1", sku: GlobalStandard, capacity: {min: 20, target: 100}}

  # A serverless endpoint: no quota, no version, one per model and project. DeepSeek needs no marketplace offer.
  # small: {model: Phi-4-mini-instruct, hosting: serverless}

# What belongs to the account rather than to a model.
# foundry:
#   sign_in: entra                       # no keys at all; then say who may call:
#   access: [{principal: "$${APP_OBJECT_ID}", role: call}]

# Probes that must pass after a deployment.
smoke:
  required: [chat, stream]

# What differs by environment; choose one with `-e dev`. Maps merge, lists and scalars replace, null removes.
# environments:
#   dev: {regions: {need: 1}, ttl: 72h}
#   prod: {subscription: "$${PROD_SUBSCRIPTION}"}
"""
)


def starter_text(fleet: str = "my-models") -> str:
    """Return a commented file that validates as it stands; `fleet` must be a fleet's name."""
    return _TEXT.substitute(fleet=fleet)
