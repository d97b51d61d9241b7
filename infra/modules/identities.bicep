// Two identities, so that training code cannot do what the app can.

param location string
param tags object
param appName string
param trainingName string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: appName
  location: location
  tags: tags
}

resource training 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: trainingName
  location: location
  tags: tags
}

output appId string = app.id
output trainingId string = training.id
output appClientId string = app.properties.clientId
output appPrincipalId string = app.properties.principalId
output trainingClientId string = training.properties.clientId
output trainingPrincipalId string = training.properties.principalId
