from deploy.migrate import environment

environment()
