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
  name: 'ai-support-prod-swc-77ab'
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
    customSubDomainName: 'ai-support-prod-swc-77ab'
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
  name: 'support'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    displayName: 'support'
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
    tier: 'gold'
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
    versionUpgradeOption: 'OnceCurrentVersionExpired'
    raiPolicyName: 'azserve-strict'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    strictFilter
  ]
}

resource v32Deployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'v32'
  tags: tags
  sku: {
    name: 'GlobalStandard'
    capacity: 50
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

resource accountPrivateEndpoint 'Microsoft.Network/privateEndpoints@2023-11-01' = {
  name: 'pe-ai-support-prod-swc-77ab'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-swedencentral/subnets/ai'
    }
    privateLinkServiceConnections: [
      {
        name: 'pe-ai-support-prod-swc-77ab'
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
    v32Deployment
  ]
}

resource cognitiveServicesZone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.cognitiveservices.azure.com'
  location: 'global'
  tags: tags
  properties: {}
}

resource cognitiveServicesZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: cognitiveServicesZone
  name: 'azserve'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-swedencentral'
    }
  }
}

resource openaiZone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.openai.azure.com'
  location: 'global'
  tags: tags
  properties: {}
}

resource openaiZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: openaiZone
  name: 'azserve'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-swedencentral'
    }
  }
}

resource aiServicesZone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.services.ai.azure.com'
  location: 'global'
  tags: tags
  properties: {}
}

resource aiServicesZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: aiServicesZone
  name: 'azserve'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-swedencentral'
    }
  }
}

resource accountZoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = {
  parent: accountPrivateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'cognitiveServicesZone'
        properties: {
          privateDnsZoneId: cognitiveServicesZone.id
        }
      }
      {
        name: 'openaiZone'
        properties: {
          privateDnsZoneId: openaiZone.id
        }
      }
      {
        name: 'aiServicesZone'
        properties: {
          privateDnsZoneId: aiServicesZone.id
        }
      }
    ]
  }
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
  'v32'
]
