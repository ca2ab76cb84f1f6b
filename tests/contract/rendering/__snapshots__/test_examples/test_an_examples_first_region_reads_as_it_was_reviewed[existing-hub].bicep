// Rendered by azserve for guest in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Region of every resource. The names below were made for the default.')
@minLength(1)
param location string = 'eastus2'

@description('Tags of every resource. azserve knows what it owns by `azserve-fleet`.')
param tags object = {
  'azserve-fleet': 'guest'
  owner: 'guests'
}

// Already there: referred to, never changed.
resource hub 'Microsoft.MachineLearningServices/workspaces@2025-09-01' existing = {
  name: 'hub-platform-eastus2'
}

resource project 'Microsoft.MachineLearningServices/workspaces@2025-09-01' = {
  name: 'proj-guest-l4x73ohb'
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
    friendlyName: 'proj-guest-l4x73ohb'
    hubResourceId: hub.id
    publicNetworkAccess: 'Enabled'
  }
}

resource r1Endpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' = {
  parent: project
  name: 'r1-gel3eutm'
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

@description('Address of each serverless endpoint, by its key in the fleet\'s file.')
output serverlessEndpoints array = [
  {
    key: 'r1'
    id: r1Endpoint.id
    uri: r1Endpoint.properties.inferenceEndpoint.uri
  }
]
