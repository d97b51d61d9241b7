// Everything but the event subscriptions, which need the deployed code (events.bicep).

targetScope = 'subscription'

import { namesOf } from 'names.bicep'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment; names and tags come from it.')
param environmentName string

@description('Region of everything: it must offer Flex Consumption and the GPUs.')
param location string

@description('Object id of whoever deploys; empty: nobody gets roles for working with the data.')
param principalId string = ''

@allowed(['User', 'ServicePrincipal'])
param principalType string = 'User'

@description('Version of Python; the package in .package/ is built for it.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string = '3.11'

@description('App settings that replace the app\'s own defaults, such as its ceilings (docs/settings.md).')
param settings object = {}

@description('Name of the cluster that trains.')
param computeName string = 'gpu-cluster'

@description('Size of its machines: on the fine-tuning allow-list of the base model, and within your quota.')
param computeSize string = 'Standard_NC24ads_A100_v4'

@minValue(1)
param computeMaxNodes int = 1

var names = namesOf(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: names.resourceGroup
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: tags
    appName: names.appIdentity
    trainingName: names.trainingIdentity
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    logsName: names.logs
    insightsName: names.insights
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: tags
    name: names.storage
  }
}

module workspace 'modules/workspace.bicep' = {
  name: 'workspace'
  scope: group
  params: {
    location: location
    tags: tags
    name: names.workspace
    storageName: names.workspaceStorage
    vaultName: names.vault
    registryName: names.registry
    dataStorageName: names.storage
  }
  dependsOn: [storage]
}

module cluster 'modules/cluster.bicep' = {
  name: 'cluster'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: names.workspace
    name: computeName
    vmSize: computeSize
    maxNodes: computeMaxNodes
    identityId: identities.outputs.trainingId
  }
  dependsOn: [workspace]
}

module topics 'modules/topics.bicep' = {
  name: 'topics'
  scope: group
  params: {
    location: location
    tags: tags
    uploadsName: names.uploadsTopic
    runsName: names.runsTopic
    noticesName: names.noticesTopic
    storageId: storage.outputs.id
    workspaceId: workspace.outputs.id
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    names: names
    appPrincipalId: identities.outputs.appPrincipalId
    trainingPrincipalId: identities.outputs.trainingPrincipalId
    uploadsTopicPrincipalId: topics.outputs.uploadsPrincipalId
    runsTopicPrincipalId: topics.outputs.runsPrincipalId
    developerId: principalId
    developerType: principalType
  }
  dependsOn: [monitoring]
}

module sizes 'modules/sizes.bicep' = {
  name: 'sizes-${environmentName}'
  params: {
    environmentName: environmentName
    principalId: identities.outputs.appPrincipalId
    principalName: names.appIdentity
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    tags: tags
    planName: names.plan
    name: names.app
    identityId: identities.outputs.appId
    identityClientId: identities.outputs.appClientId
    trainingClientId: identities.outputs.trainingClientId
    storageName: names.storage
    storageId: storage.outputs.id
    workspaceName: names.workspace
    computeName: computeName
    noticesEndpoint: topics.outputs.noticesEndpoint
    insightsConnectionString: monitoring.outputs.connectionString
    pythonVersion: pythonVersion
    settings: settings
  }
  dependsOn: [roles]
}

output AZURE_RESOURCE_GROUP string = group.name
output TUNEDROP_URL string = app.outputs.url
output TUNEDROP_STORAGE string = names.storage
output TUNEDROP_WORKSPACE string = names.workspace
