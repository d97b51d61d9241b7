// Names of all resources, computed from the environment, so that events.bicep finds what main.bicep created.

@export()
type Names = {
  resourceGroup: string
  appIdentity: string
  trainingIdentity: string
  @minLength(3)
  @maxLength(24)
  storage: string
  @minLength(3)
  @maxLength(24)
  workspaceStorage: string
  logs: string
  insights: string
  @minLength(3)
  @maxLength(24)
  vault: string
  @minLength(5)
  registry: string
  workspace: string
  plan: string
  app: string
  uploadsTopic: string
  runsTopic: string
  noticesTopic: string
}

@minLength(13)
type Token = string

@export()
@description('The names of one environment of one subscription and region.')
func namesOf(subscriptionId string, environmentName string, location string) Names =>
  names(environmentName, uniqueString(subscriptionId, environmentName, location))

func names(environmentName string, token Token) Names => {
  resourceGroup: 'rg-${environmentName}'
  appIdentity: 'id-app-${token}'
  trainingIdentity: 'id-training-${token}'
  storage: 'st${token}'
  workspaceStorage: 'stml${token}'
  logs: 'log-${token}'
  insights: 'appi-${token}'
  vault: 'kv-${token}'
  registry: 'cr${token}'
  workspace: 'mlw-${token}'
  plan: 'plan-${token}'
  app: 'func-${token}'
  uploadsTopic: 'evgt-uploads-${token}'
  runsTopic: 'evgt-runs-${token}'
  noticesTopic: 'evgt-notices-${token}'
}
