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
