"""The AWS reader: a process of its own, so that the Jupyter server stays small and its event loop free.

It reads JSON lines on standard input (`protocol`), polls what is watched (`poller`, `region`) within a
published budget of calls (`budget`), and writes JSON lines on standard output.
"""
