// The subscriptions, deployed after the code: Event Grid checks that the functions exist.

import { namesOf } from 'names.bicep'

@description('Name of the azd environment, as in main.bicep.')
param environmentName string

@description('Region, as in main.bicep.')
param location string

var names = namesOf(subscription().id, environmentName, location)
var resources = loadJsonContent('../shared/core/resources.json')

// The most that Event Grid allows; an event that is still undelivered then goes to the dead letters.
var retries = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }

resource storage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: names.storage
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: names.app

  resource onUpload 'functions' existing = { name: resources.functions.onUpload }
  resource onJobEvent 'functions' existing = { name: resources.functions.onJobEvent }
}

resource uploadsTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: names.uploadsTopic
}

resource runsTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: names.runsTopic
}

resource uploads 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: uploadsTopic
  name: 'uploads'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: app::onUpload.id
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: resources.events.uploads.types
      subjectBeginsWith: '/blobServices/default/containers/${resources.containers.uploads}/'
      // One upload may raise several events; these calls raise theirs when the blob is complete.
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.api'
          values: resources.events.uploads.apis
        }
      ]
    }
    retryPolicy: retries
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: storage.id, blobContainerName: resources.containers.deadletter }
      }
    }
  }
}

resource runs 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: runsTopic
  name: 'runs'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: app::onJobEvent.id
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: resources.events.runs.types
    }
    retryPolicy: retries
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: storage.id, blobContainerName: resources.containers.deadletter }
      }
    }
  }
}
