// Rendered by azserve for r1-chat in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'subscription'

@description('Region of the resource group and of everything in it.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'r1-chat'
}

@description('Bring back the soft-deleted key vault of this name. A switch for one deployment: never commit it as true.')
param recoverVault bool = false

resource group 'Microsoft.Resources/resourceGroups@2024-07-01' = {
  name: 'rg-r1-chat-eastus2'
  location: location
  tags: tags
}

module models 'region.bicep' = {
  name: 'azserve-r1-chat-models'
  scope: group
  params: {
    location: location
    tags: tags
    recoverVault: recoverVault
  }
}

@description('Resource id of the resource group.')
output groupId string = group.id

@description('Address of each serverless endpoint, by its key in the fleet\'s file.')
output serverlessEndpoints array = models.outputs.serverlessEndpoints
