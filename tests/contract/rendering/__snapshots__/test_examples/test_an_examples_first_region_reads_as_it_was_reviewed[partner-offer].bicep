// Rendered by azserve for llama in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'llama'
}

@description('Bring back the soft-deleted key vault of this name. A switch for one deployment: never commit it as true.')
param recoverVault bool = false

// A hub cannot be made without a storage account. Serverless endpoints keep nothing in it.
resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'stllamagisrhkydj2'
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
  name: 'kv-llama-wg4ds6wg5a'
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
  name: 'hub-llama-ta4hu3jf'
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
    friendlyName: 'hub-llama-ta4hu3jf'
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
  name: 'proj-llama-ta4hu3jf'
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
    friendlyName: 'proj-llama-ta4hu3jf'
    hubResourceId: hub.id
    publicNetworkAccess: 'Enabled'
  }
}

// Llama-3.3-70B-Instruct is a partner's offer: the agreement has to stand before the endpoint.
resource chatSubscription 'Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions@2025-12-01' = {
  parent: project
  name: 'llama-3-3-70b-instruct-texwko37'
  properties: {
    modelId: 'azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct'
  }
}

resource chatEndpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'chat-ql3iuv5y'
  location: location
  tags: union(tags, {
    'azserve-endpoint': 'chat'
  })
  sku: {
    name: 'Consumption'
  }
  properties: {
    authMode: 'Key'
    modelSettings: {
      // Without a version: serverless always runs the latest, and refuses an id that names one.
      modelId: 'azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct'
    }
    contentSafety: {
      contentSafetyStatus: 'Enabled'
    }
  }
  dependsOn: [
    chatSubscription
  ]
}

resource smallEndpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'small-onoikv4p'
  location: location
  tags: union(tags, {
    'azserve-endpoint': 'small'
  })
  sku: {
    name: 'Consumption'
  }
  properties: {
    authMode: 'Key'
    modelSettings: {
      // Without a version: serverless always runs the latest, and refuses an id that names one.
      modelId: 'azureml://registries/azureml/models/Phi-4'
    }
    contentSafety: {
      contentSafetyStatus: 'Enabled'
    }
  }
}

@description('Address of each serverless endpoint, by its key in the fleet\'s file.')
output serverlessEndpoints array = [
  {
    key: 'chat'
    id: chatEndpoint.id
    uri: chatEndpoint.properties.inferenceEndpoint.uri
  }
  {
    key: 'small'
    id: smallEndpoint.id
    uri: smallEndpoint.properties.inferenceEndpoint.uri
  }
]
