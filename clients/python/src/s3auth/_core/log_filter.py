"""Keeps presigned URLs out of the logs of the HTTP libraries."""

from __future__ import annotations

import logging
import re

# urllib3 logs the path and query of each request at DEBUG, and httpx the whole URL at INFO. The query of a presigned URL is a grant, and so
# is what follows /listing/ in a URL of the server.
_GRANT = re.compile(r"\?[^\s\"']*X-Amz-[^\s\"']*|(?<=/listing/)[^\s\"']+", re.IGNORECASE)


class PresignedUrlFilter(logging.Filter):
    """Replaces the grants in URLs of log records. Changes no other record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Passes every record."""
        message = record.getMessage()
        if _GRANT.search(message):
            record.msg, record.args = _GRANT.sub("(hidden)", message), ()
        return True


_FILTER = PresignedUrlFilter()


def hide_presigned_urls(logger: str) -> None:
    """Hides the grants in URLs that a logger writes. Adding the filter again changes nothing."""
    logging.getLogger(logger).addFilter(_FILTER)
