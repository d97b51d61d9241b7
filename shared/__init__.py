"""What is deployed: the engine, its steps, the policies they ask, and the gateways to Azure."""
