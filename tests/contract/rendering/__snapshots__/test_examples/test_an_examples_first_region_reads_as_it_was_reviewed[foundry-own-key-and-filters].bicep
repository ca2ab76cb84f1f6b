// Rendered by azserve for claims in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'claims'
}

@description('Bring back the soft-deleted account of this name. A switch for one deployment: never commit it as true.')
param restoreAccount bool = false

// Already there: referred to, never changed.
resource encryptionIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: 'id-claims'
  scope: resourceGroup('5eeda25e-0000-4000-8000-000000000001', 'rg-platform')
}

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'ai-claims-eastus2-jce4u4d5'
  location: location
  tags: tags
  kind: 'AIServices'
  sku: {
    name: 'S0'
  }
  identity: {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: {
      '/subscriptions/5eeda25e-0000-4000-8000-000000000001/resourceGroups/rg-platform/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-claims': {}
    }
  }
  properties: {
    // Global. Entra sign-in and private endpoints work with a subdomain only.
    customSubDomainName: 'ai-claims-eastus2-jce4u4d5'
    allowProjectManagement: true
    disableLocalAuth: false
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
    // The identity has to be allowed to wrap and unwrap with the key before the account is made.
    encryption: {
      keySource: 'Microsoft.KeyVault'
      keyVaultProperties: {
        // Yours as it is written, so it goes with the cloud that you wrote it for.
        #disable-next-line no-hardcoded-env-urls
        keyVaultUri: 'https://kv-claims-keys.vault.azure.net'
        keyName: 'ai'
        keyVersion: '0123456789abcdef0123456789abcdef'
        identityClientId: encryptionIdentity.properties.clientId
      }
    }
    // Null unless it is asked for: an account that is there refuses to be restored.
    restore: restoreAccount ? true : null
  }
}

resource accountProject 'Microsoft.CognitiveServices/accounts/projects@2025-06-01' = {
  parent: account
  name: 'proj-claims-jce4u4d5'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: {
      '/subscriptions/5eeda25e-0000-4000-8000-000000000001/resourceGroups/rg-platform/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-claims': {}
    }
  }
  properties: {
    displayName: 'proj-claims-jce4u4d5'
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

resource internalBlocklist 'Microsoft.CognitiveServices/accounts/raiBlocklists@2024-10-01' = {
  parent: account
  name: 'internal'
  properties: {
    description: 'Code names that must not leave the house.'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    strictFilter
  ]
}

resource internalBlocklistItem1 'Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems@2024-10-01' = {
  parent: internalBlocklist
  name: '2a53b2b4162ecd49'
  properties: {
    pattern: 'Project Heron'
    isRegex: false
  }
}

resource internalBlocklistItem2 'Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems@2024-10-01' = {
  parent: internalBlocklist
  name: '6aca9f966e6bb505'
  properties: {
    pattern: 'heron-[0-9]{4}'
    isRegex: true
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    internalBlocklistItem1
  ]
}

// As the fleet's file describes it.
resource claimsFilter 'Microsoft.CognitiveServices/accounts/raiPolicies@2024-10-01' = {
  parent: account
  name: 'claims'
  properties: {
    basePolicyName: 'Microsoft.DefaultV2'
    mode: 'Blocking'
    contentFilters: [
      {
        name: 'Hate'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Medium'
      }
      {
        name: 'Sexual'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Medium'
      }
      {
        name: 'Violence'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'High'
      }
      {
        name: 'Selfharm'
        source: 'Prompt'
        enabled: true
        blocking: true
        severityThreshold: 'Medium'
      }
      {
        name: 'Hate'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Medium'
      }
      {
        name: 'Sexual'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Medium'
      }
      {
        name: 'Violence'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'High'
      }
      {
        name: 'Selfharm'
        source: 'Completion'
        enabled: true
        blocking: true
        severityThreshold: 'Medium'
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
    customBlocklists: [
      {
        blocklistName: internalBlocklist.name
        source: 'Prompt'
        blocking: true
      }
      {
        blocklistName: internalBlocklist.name
        source: 'Completion'
        blocking: true
      }
    ]
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    internalBlocklistItem2
  ]
}

resource chatDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'chat'
  tags: union(tags, {
    'azserve-endpoint': 'chat'
  })
  sku: {
    name: 'GlobalStandard'
    capacity: 20
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: 'gpt-5-mini'
      version: '2025-08-07'
    }
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'claims'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    claimsFilter
  ]
}

resource lettersDeployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'letters'
  tags: union(tags, {
    'azserve-endpoint': 'letters'
  })
  sku: {
    name: 'GlobalStandard'
    capacity: 10
  }
  properties: {
    model: {
      format: 'OpenAI-OSS'
      name: 'gpt-oss-120b'
      version: '1'
    }
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'azserve-strict'
  }
  // An account takes one write at a time; side by side they fail with RequestConflict.
  dependsOn: [
    chatDeployment
  ]
}

resource accountLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'azserve'
  properties: {
    workspaceId: '/subscriptions/5eeda25e-0000-4000-8000-000000000001/resourceGroups/rg-platform/providers/Microsoft.OperationalInsights/workspaces/log-platform'
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// Holds for what is below, too: `--prune` and `destroy` fail as long as it is there.
resource accountLock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'azserve'
  properties: {
    level: 'CanNotDelete'
    notes: 'Clients depend on this. Take the lock off on purpose before anything here is deleted.'
  }
}

// Keeps the account's key in a vault that is there already.
module accountKey 'account-key.bicep' = {
  name: 'azserve-claims-eastus2-account-key'
  scope: resourceGroup('5eeda25e-0000-4000-8000-000000000001', 'rg-platform')
  params: {
    vaultName: 'kv-claims-app'
    secretName: 'claims-eastus2-wn6d6lq3'
    tags: tags
    accountSubscription: subscription().subscriptionId
    accountGroup: resourceGroup().name
    accountName: account.name
  }
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Address at which the account\'s deployments answer.')
output inferenceEndpoint string = account.properties.endpoints['Azure AI Model Inference API']

@description('Names to send as `model`.')
output deployments array = [
  'chat'
  'letters'
]
