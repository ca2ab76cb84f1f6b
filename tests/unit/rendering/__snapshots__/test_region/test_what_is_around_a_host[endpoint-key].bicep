// Rendered by azserve for r1-chat in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Vault that keeps the key. Whoever deploys needs `Microsoft.KeyVault/vaults/secrets/write` on it.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Name of the secret.')
@minLength(1)
@maxLength(127)
param secretName string

@description('Tags of the secret.')
param tags object

@description('Id of the subscription that the endpoint is in.')
@minLength(36)
@maxLength(36)
param endpointSubscription string

@description('Resource group of the endpoint.')
@minLength(1)
@maxLength(90)
param endpointGroup string

@description('Project of the endpoint.')
@minLength(3)
@maxLength(33)
param endpointProject string

@description('Name of the endpoint.')
@minLength(1)
@maxLength(52)
param endpointName string

resource project 'Microsoft.MachineLearningServices/workspaces@2025-09-01' existing = {
  name: endpointProject
  scope: resourceGroup(endpointSubscription, endpointGroup)
}

resource endpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' existing = {
  parent: project
  name: endpointName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: secretName
  tags: tags
  properties: {
    contentType: 'text/plain'
    // Fetched inside Azure, so that no parameter, output or log ever holds it.
    value: endpoint.listKeys().primaryKey
  }
}
