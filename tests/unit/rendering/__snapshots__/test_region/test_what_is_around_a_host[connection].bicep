// Rendered by azserve for r1-chat in eastus2.
// Changes made here are lost: edit the fleet's file, then run `azserve render`.

targetScope = 'resourceGroup'

@description('Project that is to use the endpoint.')
@minLength(3)
@maxLength(33)
param consumer string

@description('Name of the connection.')
@minLength(3)
@maxLength(33)
param connectionName string

@description('Fleet and environment that the endpoint belongs to.')
@minLength(1)
param owner string

@description('Region of the endpoint.')
@minLength(1)
param endpointRegion string

@description('Id of the subscription that the endpoint is in.')
@minLength(36)
@maxLength(36)
param endpointSubscription string

@description('Resource group of the endpoint.')
@minLength(1)
@maxLength(90)
param endpointGroup string

@description('Project of the endpoint.')
@minLength(3)
@maxLength(33)
param endpointProject string

@description('Name of the endpoint.')
@minLength(1)
@maxLength(52)
param endpointName string

resource project 'Microsoft.MachineLearningServices/workspaces@2025-09-01' existing = {
  name: endpointProject
  scope: resourceGroup(endpointSubscription, endpointGroup)
}

resource endpoint 'Microsoft.MachineLearningServices/workspaces/serverlessEndpoints@2025-12-01' existing = {
  parent: project
  name: endpointName
}

resource consumerProject 'Microsoft.MachineLearningServices/workspaces@2025-09-01' existing = {
  name: consumer
}

resource connection 'Microsoft.MachineLearningServices/workspaces/connections@2025-09-01' = {
  parent: consumerProject
  name: connectionName
  properties: {
    category: 'Serverless'
    authType: 'ApiKey'
    target: endpoint.properties.inferenceEndpoint.uri
    isSharedToAll: true
    credentials: {
      // Fetched inside Azure, so that no parameter, output or log ever holds it.
      key: endpoint.listKeys().primaryKey
    }
    metadata: {
      'azserve-fleet': owner
      'azserve-region': endpointRegion
    }
  }
}
