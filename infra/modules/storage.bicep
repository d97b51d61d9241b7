// The app's storage account: uploads, prepared data, receipts, tables, queues, the deployment package.

param location string
param tags object
@minLength(3)
@maxLength(24)
param name string

var resources = loadJsonContent('../../shared/core/resources.json')

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
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

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // A run belongs to one version of its upload; an overwritten file stays readable for a while.
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource containers 'containers' = [
      for container in items(resources.containers): {
        name: container.value
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource each 'queues' = [
      for queue in items(resources.queues): {
        name: queue.value
      }
    ]
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource each 'tables' = [
      for table in items(resources.tables): {
        name: table.value
      }
    ]
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'old-versions'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: { blobTypes: ['blockBlob'] }
              actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }
            }
          }
          {
            name: 'prepared-and-dead-letters'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob', 'appendBlob']
                prefixMatch: ['${resources.containers.prepared}/', '${resources.containers.deadletter}/']
              }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 90 } } }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

output id string = account.id
