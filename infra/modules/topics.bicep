// Where events come from (storage, Azure ML) and where our notices go.
// The subscriptions are in ../events.bicep: Event Grid accepts them only when the functions exist.

param location string
param tags object
param uploadsName string
param runsName string
param noticesName string
param storageId string
param workspaceId string

resource uploads 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: uploadsName
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: storageId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource runs 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: runsName
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: workspaceId
    topicType: 'Microsoft.MachineLearningServices.Workspaces'
  }
}

resource notices 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: noticesName
  location: location
  tags: tags
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

output uploadsPrincipalId string = uploads.identity.principalId
output runsPrincipalId string = runs.identity.principalId
output noticesEndpoint string = notices.properties.endpoint
