from deploy.migrations import environment

environment()
