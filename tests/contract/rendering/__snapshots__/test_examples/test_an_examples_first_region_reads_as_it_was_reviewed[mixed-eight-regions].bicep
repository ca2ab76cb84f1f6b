// Rendered by azserve for copilot in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'copilot'
}

@description('Bring back the soft-deleted account of this name. A switch for one deployment: never commit it as true.')
param restoreAccount bool = false

@description('Bring back the soft-deleted key vault of this name. A switch for one deployment: never commit it as true.')
param recoverVault bool = false

// A hub cannot be made without a storage account. Serverless endpoints keep nothing in it.
resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'stcopilotwapv2utpud'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
    supportsHttpsTrafficOnly: true
  }
}

// The hub keeps the secrets of its connections here.
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-copilot-ubclwmtsqg'
  location: location
  tags: tags
  properties: {
    // Null unless it is asked for: only a soft-deleted vault can be recovered.
    createMode: recoverVault ? 'recover' : null
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    // The shortest there is, and no purge protection: the name is the same after a destroy and a new deploy.
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }
}

resource hub 'Microsoft.MachineLearningServices/workspaces@2025-09-01' = {
  name: 'hub-copilot-k3fnksnn'
  location: location
  tags: tags
  kind: 'Hub'
  sku: {
    name: 'Basic'
    tier: 'Basic'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    friendlyName: 'hub-copilot-k3fnksnn'
    storageAccount: storage.id
    keyVault: vault.id
    publicNetworkAccess: 'Enabled'
    managedNetwork: {
      // Said outright, because a managed network cannot be switched off again.
      isolationMode: 'Disabled'
    }
  }
}

resource project 'Microsoft.MachineLearningServices/workspaces@2025-09-01' = {
  name: 'proj-copilot-k3fnksnn'
  location: location
  tags: tags
  kind: 'Project'
  sku: {
    name: 'Basic'
    tier: 'Basic'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    friendlyName: 'proj-copilot-k3fnksnn'
    hubResourceId: hub.id
    publicNetworkAccess: 'Enabled'
  }
}

resource r1Endpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'r1-osucslju'
  location: location
  tags: union(tags, {
    'azserve-endpoint': 'r1'
  })
  sku: {
    name: 'Consumption'
  }
  properties: {
    authMode: 'Key'
    modelSettings: {
      // Without a version: serverless always runs the latest, and refuses an id that names one.
      modelId: 'azureml://registries/azureml-deepseek/models/DeepSeek-R1'
    }
    contentSafety: {
      contentSafetyStatus: 'Enabled'
    }
  }
}

// Cohere-command-r-08-2024 is a partner's offer: the agreement has to stand before the endpoint.
resource cmdSubscription 'Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions@2025-12-01' = {
  parent: project
  name: 'cohere-command-r-08-2024-cibf6vow'
  properties: {
    modelId: 'azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024'
  }
}

resource cmdEndpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'cmd-wbdyz6r2'
  location: location
  tags: union(tags, {
    'azserve-endpoint': 'cmd'
  })
  sku: {
    name: 'Consumption'
  }
  properties: {
    authMode: 'Key'
    modelSettings: {
      // Without a version: serverless always runs the latest, and refuses an id that names one.
      modelId: 'azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024'
    }
    contentSafety: {
      contentSafetyStatus: 'Enabled'
    }
  }
  dependsOn: [
    cmdSubscription
  ]
}

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'ai-copilot-eastus2-c2xaacu3'
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
    customSubDomainName: 'ai-copilot-eastus2-c2xaacu3'
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
  name: 'proj-copilot-c2xaacu3'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    displayName: 'proj-copilot-c2xaacu3'
  }
}

resource v32Deployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: 'v32'
  tags: union(tags, {
    'azserve-endpoint': 'v32'
  })
  sku: {
    name: 'GlobalStandard'
    capacity: 100
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
    accountProject
  ]
}

@description('Address of each serverless endpoint, by its key in the fleet\'s file.')
output serverlessEndpoints array = [
  {
    key: 'r1'
    id: r1Endpoint.id
    uri: r1Endpoint.properties.inferenceEndpoint.uri
  }
  {
    key: 'cmd'
    id: cmdEndpoint.id
    uri: cmdEndpoint.properties.inferenceEndpoint.uri
  }
]

@description('Resource id of the account.')
output accountId string = account.id

@description('Address at which the account\'s deployments answer.')
output inferenceEndpoint string = account.properties.endpoints['Azure AI Model Inference API']

@description('Names to send as `model`.')
output deployments array = [
  'v32'
]
