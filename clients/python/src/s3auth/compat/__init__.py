"""Drop-ins: classes with the names, methods and results of the clients that subnets' code already uses.

A subnet adopts an S3Auth server by changing an import. ``docs/python.md`` (Drop-ins) has a table for each class, and says which module
serves which calls:

- :mod:`s3auth.compat.miner`: ``S3Auth``, for miners.
- :mod:`s3auth.compat.validator`: ``ValidatorS3Access`` for code that awaits its methods.
- :mod:`s3auth.compat.validator_blocking`: ``ValidatorS3Access`` for code that calls ``list_files(miner_hotkey, job_id)`` without ``await``.
- :mod:`s3auth.compat.validator_sources`: ``ValidatorS3Access`` for code that calls ``list_files(source, miner_id)`` without ``await``.

One class cannot serve code with and without ``await``: ``if access.ensure_access():`` needs a ``bool``, and ``asyncio.run`` accepts
nothing but a coroutine.

The methods do not raise. After a failure they return what the tables say, and log the reason to the logger ``s3auth.compat``.
"""

from __future__ import annotations

from .miner import S3Auth
from .validator import ValidatorS3Access

__all__ = ["S3Auth", "ValidatorS3Access"]
