"""SageMaker's SDKs and the AWS command line as people install them, each in an environment of its own."""
