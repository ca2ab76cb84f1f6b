// Rendered by azserve for support/prod in swedencentral.
// Changes made here are lost: edit the fleet's file, then run `azserve render -e prod`.

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

@description('Id of the subscription that the account is in.')
@minLength(36)
@maxLength(36)
param accountSubscription string

@description('Resource group of the account.')
@minLength(1)
@maxLength(90)
param accountGroup string

@description('Name of the account.')
@minLength(2)
@maxLength(64)
param accountName string

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: accountName
  scope: resourceGroup(accountSubscription, accountGroup)
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
    value: account.listKeys().key1
  }
}
