// Who may do what on what; docs/deploy.md says why. Every role is on the narrowest resource that is enough.

import { Names } from '../names.bicep'

param names Names
param appPrincipalId string
param trainingPrincipalId string
param uploadsTopicPrincipalId string
param runsTopicPrincipalId string
@description('Object id of whoever deploys; empty: nobody gets roles for working with the data.')
param developerId string
@allowed(['User', 'ServicePrincipal'])
param developerType string

var roles = loadJsonContent('../roles.json')
var resources = loadJsonContent('../../shared/core/resources.json')

var appOnStorage = ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']

resource storage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: names.storage

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource uploads 'containers' existing = { name: resources.containers.uploads }
    resource prepared 'containers' existing = { name: resources.containers.prepared }
    resource receipts 'containers' existing = { name: resources.containers.receipts }
    resource deadletter 'containers' existing = { name: resources.containers.deadletter }
  }
}

resource workspaceStorage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: names.workspaceStorage }

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = { name: names.registry }

resource workspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' existing = { name: names.workspace }

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: names.insights }

resource notices 'Microsoft.EventGrid/topics@2025-02-15' existing = { name: names.noticesTopic }

// The app.

resource appStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnStorage: {
    name: guid(storage.id, names.appIdentity, role)
    scope: storage
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[role])
    }
  }
]

resource appWorkspace 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, names.appIdentity, 'AzureML Data Scientist')
  scope: workspace
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['AzureML Data Scientist'])
  }
}

resource appInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, names.appIdentity, 'Monitoring Metrics Publisher')
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Monitoring Metrics Publisher']
    )
  }
}

resource appNotices 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(notices.id, names.appIdentity, 'EventGrid Data Sender')
  scope: notices
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['EventGrid Data Sender'])
  }
}

// Code that trains. It mounts its inputs for writing, so reading rights are not enough on the prepared data.

resource trainingPrepared 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::prepared.id, names.trainingIdentity, 'Storage Blob Data Contributor')
  scope: storage::blobs::prepared
  properties: {
    principalId: trainingPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
  }
}

resource trainingOutputs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspaceStorage.id, names.trainingIdentity, 'Storage Blob Data Contributor')
  scope: workspaceStorage
  properties: {
    principalId: trainingPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
  }
}

resource trainingImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, names.trainingIdentity, 'AcrPull')
  scope: registry
  properties: {
    principalId: trainingPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.AcrPull)
  }
}

// Event Grid stores the events that it could not deliver.

resource uploadsDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::deadletter.id, names.uploadsTopic, 'Storage Blob Data Contributor')
  scope: storage::blobs::deadletter
  properties: {
    principalId: uploadsTopicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
  }
}

resource runsDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::deadletter.id, names.runsTopic, 'Storage Blob Data Contributor')
  scope: storage::blobs::deadletter
  properties: {
    principalId: runsTopicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
  }
}

// The person who deploys uploads files and reads receipts and the runs' tables.

resource developerUploads 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(developerId)) {
  name: guid(storage::blobs::uploads.id, developerId, 'Storage Blob Data Contributor')
  scope: storage::blobs::uploads
  properties: {
    principalId: developerId
    principalType: developerType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
  }
}

resource developerReceipts 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(developerId)) {
  name: guid(storage::blobs::receipts.id, developerId, 'Storage Blob Data Reader')
  scope: storage::blobs::receipts
  properties: {
    principalId: developerId
    principalType: developerType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Reader']
    )
  }
}

resource developerTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(developerId)) {
  name: guid(storage.id, developerId, 'Storage Table Data Reader')
  scope: storage
  properties: {
    principalId: developerId
    principalType: developerType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Table Data Reader']
    )
  }
}
