using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'example')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param principalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param computeSize = readEnvironmentVariable('TUNEDROP_COMPUTE_SIZE', 'Standard_NC24ads_A100_v4')
