"""Children that play the reader, and how a test speaks with them."""

import asyncio

PRELUDE = """
import json, os, sys, time
def say(document):
    print(json.dumps(document), flush=True)
def heard():
    for line in sys.stdin:
        yield json.loads(line)
"""


def run(reader, use):
    """Run a coroutine function with a started reader, and stop it."""

    async def whole():
        pushes = []
        reader.on_push(pushes.append)
        await reader.start()
        try:
            return await asyncio.wait_for(use(pushes), 30)
        finally:
            await reader.stop()

    return asyncio.run(whole())


async def until(condition):
    while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
        await asyncio.sleep(0.005)


ECHO = """
for message in heard():
    if message["op"] == "watch":
        say({"push": "status", "heard": message})
    elif message["op"] == "refuse":
        say({"id": message["id"], "error": {"code": "throttled", "message": "Too often.", "hint": "Wait."}})
    elif message["op"] == "die":
        os._exit(3)
    elif message["op"] == "hang":
        pass
    else:
        say({"id": message["id"], "ok": {"op": message["op"], "pid": os.getpid()}})
        if message["op"] == "quit":
            break
"""
NAMES = [["us-east-1", "training", "b"], ["us-east-1", "endpoint", "a"]]
WATCH = {"regions": ["us-east-1"], "owner_tags": {"k": "v"}, "names": NAMES, "pace": "viewed"}
