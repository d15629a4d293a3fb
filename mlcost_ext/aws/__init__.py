"""botocore adapters, and the asyncio side of the process that holds them."""
