// Machine sizes are read from the subscription, outside the workspace. No built-in role allows only that.

targetScope = 'subscription'

param environmentName string
param principalId string
param principalName string

resource reader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'sizes')
  properties: {
    roleName: 'Tunedrop size reader (${environmentName})'
    description: 'Reads which machine sizes Azure ML offers, and how many GPUs each has.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: ['Microsoft.MachineLearningServices/locations/vmsizes/read']
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalName, 'sizes')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: reader.id
  }
}
