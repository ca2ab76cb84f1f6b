// Rendered by azserve for support/prod in swedencentral.
// Changes made here are lost: edit the fleet's file, then run `azserve render -e prod`.

targetScope = 'subscription'

@description('Region of the resource group and of everything in it.')
@minLength(1)
param location string = 'swedencentral'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'support/prod'
  owner: 'ml-platform'
}

@description('Bring back the soft-deleted account of this name. A switch for one deployment: never commit it as true.')
param restoreAccount bool = false

resource group 'Microsoft.Resources/resourceGroups@2024-07-01' = {
  name: 'rg-support-prod-swedencentral'
  location: location
  tags: tags
}

module models 'region.bicep' = {
  name: 'azserve-support-prod-models'
  scope: group
  params: {
    location: location
    tags: tags
    restoreAccount: restoreAccount
  }
}

@description('Resource id of the resource group.')
output groupId string = group.id

@description('Resource id of the account.')
output accountId string = models.outputs.accountId

@description('Address at which the account\'s deployments answer.')
output inferenceEndpoint string = models.outputs.inferenceEndpoint

@description('Names to send as `model`.')
output deployments array = models.outputs.deployments
