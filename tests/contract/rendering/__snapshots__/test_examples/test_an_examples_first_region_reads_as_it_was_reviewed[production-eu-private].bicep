// Rendered by azserve for support/prod in swedencentral.
// Changes made here are lost: edit the fleet's file, then run `azserve render -e prod`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'swedencentral'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'support/prod'
  owner: 'ml-platform'
}

@description('Bring back the soft-deleted account of this name. A switch for one deployment: never commit it as true.')
param restoreAccount bool = false

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'ai-support-prod-swedencentral-yng3nt6s'
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
    customSubDomainName: 'ai-support-prod-swedencentral-yng3nt6s'
    allowProjectManagement: true
    disableLocalAuth: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
    }
    // Null unless it is asked for: an account that is there refuses to be restored.
    restore: restoreAccount ? true : null
  }
}

resource accountProject 'Microsoft.CognitiveServices/accounts/projects@2025-06-01' = {
  parent: account
  name: 'proj-support-prod-yng3nt6s'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    displayName: 'proj-support-prod-yng3nt6s'
  }
}

// Stricter than the default: blocks from low severity on.
resource strictFilter 'Microsoft.CognitiveServices/accounts/raiPolicies@2024-10-01' = {
  parent: account
  name: 'azserve-strict'
  properties: {
    basePolicyName: 'Microsoft.DefaultV2'
    mode: 'Blocking'
    contentFilters: [
      {
        name: 'Hate'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Sexual'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Violence'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Selfharm'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Hate'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Sexual'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Violence'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      {
        name: 'Selfharm'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Low'
      }
      // Part of Azure's default, too; a policy that leaves them out may be without.
      {
        name: 'Jailbreak'
        source: 'Prompt'
        enabled: true
        blocking: true
      }
      {
        name: 'Protected Material Text'
        source: 'Completion'
        enabled: true
        blocking: true
      }
      {
        name: 'Protected Material Code'
        source: 'Completion'
        enabled: true
        blocking: true
      }
    ]
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    accountProject
  ]
}

resource chatDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'chat'
  tags: union(tags, {
    'azserve-endpoint': 'chat'
  })
  sku: {
    name: 'DataZoneStandard'
    capacity: 200
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: 'gpt-5-mini'
      version: '2025-08-07'
    }
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'azserve-strict'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    strictFilter
  ]
}

resource accountPrivateEndpoint 'Microsoft.Network/privateEndpoints@2023-11-01' = {
  name: 'pe-ai-support-prod-swedencentral-yng3nt6s'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: '/subscriptions/5eeda25e-0000-4000-8000-000000000001/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-ai-swedencentral/subnets/ai'
    }
    privateLinkServiceConnections: [
      {
        name: 'pe-ai-support-prod-swedencentral-yng3nt6s'
        properties: {
          privateLinkServiceId: account.id
          groupIds: [
            'account'
          ]
        }
      }
    ]
  }
  // A connection is a write to its target, too.
  dependsOn: [
    chatDeployment
  ]
}

// Cognitive Services User
resource accountAccess1 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, '99999999-8888-7777-6666-555555555555', 'a97b65f3-24c7-4388-baec-2e87135dc908')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a97b65f3-24c7-4388-baec-2e87135dc908')
    principalType: 'ServicePrincipal'
    principalId: '99999999-8888-7777-6666-555555555555'
  }
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Address at which the account\'s deployments answer.')
output inferenceEndpoint string = account.properties.endpoints['Azure AI Model Inference API']

@description('Names to send as `model`.')
output deployments array = [
  'chat'
]
