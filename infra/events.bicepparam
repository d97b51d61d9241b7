using 'events.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'example')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
