// The Functions app on Flex Consumption.

param location string
param tags object
param planName string
param name string
param identityId string
param identityClientId string
param trainingClientId string
param storageName string
param storageId string
param workspaceName string
param computeName string
param noticesEndpoint string
param insightsConnectionString string
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string

@description('App settings that replace the app\'s own defaults, such as its ceilings (docs/settings.md).')
param settings object

var resources = loadJsonContent('../../shared/core/resources.json')
var suffix = environment().suffixes.storage

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app by this tag.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageName}.blob.${suffix}/${resources.containers.package}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 40
        // Without this an instance takes one request at a time, although scoring mostly waits for the endpoint.
        triggers: { http: { perInstanceConcurrency: 100 } }
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: {
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      AzureWebJobsStorage__blobServiceUri: 'https://${storageName}.blob.${suffix}'
      AzureWebJobsStorage__queueServiceUri: 'https://${storageName}.queue.${suffix}'
      AzureWebJobsStorage__tableServiceUri: 'https://${storageName}.table.${suffix}'
      AZURE_CLIENT_ID: identityClientId
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
      TUNEDROP_STORAGE_ID: storageId
      TUNEDROP_SUBSCRIPTION_ID: subscription().subscriptionId
      TUNEDROP_RESOURCE_GROUP: resourceGroup().name
      TUNEDROP_WORKSPACE: workspaceName
      TUNEDROP_COMPUTE: computeName
      TUNEDROP_TRAINING_IDENTITY: trainingClientId
      TUNEDROP_NOTICES_ENDPOINT: noticesEndpoint
      RECONCILE_SCHEDULE: '0 * * * * *'
      SWEEP_SCHEDULE: '0 0 * * * *'
      REAP_SCHEDULE: '0 */10 * * * *'
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
      ...settings
    }
  }

  // No publishing passwords: deployments sign in with an identity too.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output url string = 'https://${site.properties.defaultHostName}'
