"""The AWS reader: a process of its own, so that the Jupyter server stays small and its event loop free.

It reads JSON lines on standard input (`protocol`), follows what is watched within a published budget of calls (`budget`,
`pace`), and writes JSON lines on standard output (`outlet`). `kinds` has what is to be known of each kind of thing, `feeds`
what is read and how; `poller` decides whose turn it is, and `requests` does what a user waits for.
"""
