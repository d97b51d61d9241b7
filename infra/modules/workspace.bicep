// Azure ML: a workspace that trusts identities only, and what belongs to it.

param location string
param tags object
param name string
@minLength(3)
@maxLength(24)
param storageName string
@minLength(3)
@maxLength(24)
param vaultName string
@minLength(5)
param registryName string

@description('Storage account of the app, in the same resource group, whose container holds the prepared data.')
param dataStorageName string

var resources = loadJsonContent('../../shared/core/resources.json')

// A separate account, so that training code cannot reach uploads, receipts or the app's package.
resource storage 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: storageName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

// Left to itself, Azure ML would create a registry with the admin user enabled.
resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: registryName
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

// No Application Insights here: endpoints would write to it by key, and keys are off. Their metrics come from
// Azure Monitor.
resource workspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Basic', tier: 'Basic' }
  kind: 'Default'
  identity: { type: 'SystemAssigned' }
  properties: {
    friendlyName: name
    storageAccount: storage.id
    keyVault: vault.id
    containerRegistry: registry.id
    systemDatastoresAuthMode: 'Identity'
    publicNetworkAccess: 'Enabled'
    v1LegacyMode: false
  }

  resource prepared 'datastores' = {
    name: resources.datastores.prepared
    properties: {
      datastoreType: 'AzureBlob'
      accountName: dataStorageName
      containerName: resources.containers.prepared
      endpoint: environment().suffixes.storage
      protocol: 'https'
      credentials: { credentialsType: 'None' }
      serviceDataAccessAuthIdentity: 'None'
      subscriptionId: subscription().subscriptionId
      resourceGroup: resourceGroup().name
    }
  }
}

output id string = workspace.id
