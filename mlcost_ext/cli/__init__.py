"""The command line: ``mlcost [--json] COMMAND``; one file a command."""
