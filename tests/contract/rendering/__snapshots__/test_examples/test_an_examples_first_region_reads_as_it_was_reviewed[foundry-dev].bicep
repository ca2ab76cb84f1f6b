// Rendered by azserve for playground/ana in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render -e ana`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'playground/ana'
  purpose: 'development'
}

@description('Bring back the soft-deleted account of this name. A switch for one deployment: never commit it as true.')
param restoreAccount bool = false

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'ai-playground-ana-eastus2-ydgy4jxb'
  location: location
  tags: tags
  kind: 'AIServices'
  sku: {
    name: 'S0'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    // Global. Entra sign-in and private endpoints work with a subdomain only.
    customSubDomainName: 'ai-playground-ana-eastus2-ydgy4jxb'
    allowProjectManagement: true
    disableLocalAuth: false
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
    // Null unless it is asked for: an account that is there refuses to be restored.
    restore: restoreAccount ? true : null
  }
}

resource accountProject 'Microsoft.CognitiveServices/accounts/projects@2025-06-01' = {
  parent: account
  name: 'proj-playground-ana-ydgy4jxb'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    displayName: 'proj-playground-ana-ydgy4jxb'
  }
}

resource chatDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'chat'
  tags: union(tags, {
    'azserve-endpoint': 'chat'
  })
  sku: {
    name: 'GlobalStandard'
    capacity: 10
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: 'gpt-5-mini'
      version: '2025-08-07'
    }
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'Microsoft.DefaultV2'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    accountProject
  ]
}

resource reasoningDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'reasoning'
  tags: union(tags, {
    'azserve-endpoint': 'reasoning'
  })
  sku: {
    name: 'GlobalStandard'
    capacity: 10
  }
  properties: {
    model: {
      format: 'DeepSeek'
      name: 'DeepSeek-V3.2'
      version: '1'
    }
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'Microsoft.DefaultV2'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    chatDeployment
  ]
}

// Cognitive Services User
resource accountAccess1 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, deployer().objectId, 'a97b65f3-24c7-4388-baec-2e87135dc908')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a97b65f3-24c7-4388-baec-2e87135dc908')
    // Whoever deploys, a person or a program: so without `principalType`. Either is long known to Azure.
    principalId: deployer().objectId
  }
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Address at which the account\'s deployments answer.')
output inferenceEndpoint string = account.properties.endpoints['Azure AI Model Inference API']

@description('Names to send as `model`.')
output deployments array = [
  'chat'
  'reasoning'
]
