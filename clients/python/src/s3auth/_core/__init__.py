"""The logic of both clients, written once.

The code here is ``async def`` and does all its work through the port :class:`~s3auth._core.transport.Transport`. Two adapters implement the
port: ``requests_transport`` blocks, so that its coroutines never suspend, and ``httpx_transport`` runs on asyncio. No other module here
uses an HTTP library, threads or asyncio.
"""
