// Rendered by azserve for tenant in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'tenant'
}

// Already there: referred to, never changed.
resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: 'ai-platform-eastus2'
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
}

resource tenantChatDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'tenant-chat'
  tags: union(tags, {
    'azserve-endpoint': 'tenant-chat'
  })
  sku: {
    name: 'GlobalStandard'
    capacity: 20
  }
  properties: {
    model: {
      format: 'DeepSeek'
      name: 'DeepSeek-V3.2'
      version: '1'
    }
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'azserve-strict'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    strictFilter
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
  'tenant-chat'
]
