// Rendered by azserve for r1-hub in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'r1-hub'
}

@description('Bring back the soft-deleted key vault of this name. A switch for one deployment: never commit it as true.')
param recoverVault bool = false

// A hub cannot be made without a storage account. Serverless endpoints keep nothing in it.
resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'str1hubl4rp7zfxy7'
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
  name: 'kv-r1-hub-vdrhxyi5ia'
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
  name: 'hub-r1-hub-mpz5hwpt'
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
    friendlyName: 'hub-r1-hub-mpz5hwpt'
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
  name: 'proj-r1-hub-mpz5hwpt'
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
    friendlyName: 'proj-r1-hub-mpz5hwpt'
    hubResourceId: hub.id
    publicNetworkAccess: 'Enabled'
  }
}

resource r1Endpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'r1-weroc4nh'
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

resource phiEndpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'phi-fsrmu4wq'
  location: location
  tags: union(tags, {
    'azserve-endpoint': 'phi'
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

// Lets a project elsewhere use the endpoint. Its key goes from Azure to Azure.
module r1EndpointConnection 'connection.bicep' = {
  name: 'azserve-r1-hub-eastus2-proj-app-r1-eastus2-yiv7anzu'
  scope: resourceGroup('5eeda25e-0000-4000-8000-000000000001', 'rg-app')
  params: {
    consumer: 'proj-app'
    connectionName: 'r1-eastus2-yiv7anzu'
    owner: tags['azserve-fleet']
    endpointRegion: location
    endpointSubscription: subscription().subscriptionId
    endpointGroup: resourceGroup().name
    endpointProject: project.name
    endpointName: r1Endpoint.name
  }
}

// Lets a project elsewhere use the endpoint. Its key goes from Azure to Azure.
module phiEndpointConnection 'connection.bicep' = {
  name: 'azserve-r1-hub-eastus2-proj-app-phi-eastus2-x45l53ry'
  scope: resourceGroup('5eeda25e-0000-4000-8000-000000000001', 'rg-app')
  params: {
    consumer: 'proj-app'
    connectionName: 'phi-eastus2-x45l53ry'
    owner: tags['azserve-fleet']
    endpointRegion: location
    endpointSubscription: subscription().subscriptionId
    endpointGroup: resourceGroup().name
    endpointProject: project.name
    endpointName: phiEndpoint.name
  }
}

// Lets a project elsewhere use the endpoint. Its key goes from Azure to Azure.
module phiEndpointConnection2 'connection.bicep' = {
  name: 'azserve-r1-hub-eastus2-proj-evaluation-phi-eastus2-x45l53ry'
  scope: resourceGroup('5eeda25e-0000-4000-8000-000000000001', 'rg-evaluation-eastus2')
  params: {
    consumer: 'proj-evaluation'
    connectionName: 'phi-eastus2-x45l53ry'
    owner: tags['azserve-fleet']
    endpointRegion: location
    endpointSubscription: subscription().subscriptionId
    endpointGroup: resourceGroup().name
    endpointProject: project.name
    endpointName: phiEndpoint.name
  }
}

@description('Address of each serverless endpoint, by its key in the fleet\'s file.')
output serverlessEndpoints array = [
  {
    key: 'r1'
    id: r1Endpoint.id
    uri: r1Endpoint.properties.inferenceEndpoint.uri
  }
  {
    key: 'phi'
    id: phiEndpoint.id
    uri: phiEndpoint.properties.inferenceEndpoint.uri
  }
]
