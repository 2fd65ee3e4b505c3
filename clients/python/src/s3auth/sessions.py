"""Temporary credentials for S3 tools and libraries. They allow what the hotkey may read and write."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Dict, Tuple

from . import models
from ._core.store import is_http_url
from .errors import InvalidAnswerError

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True)
class SessionCredentials:
    """Temporary credentials of the object store. ``repr`` does not show the secrets."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime.datetime
    """When the store stops accepting them (UTC)."""
    endpoint: str
    """The URL of the store."""
    region: str
    bucket: str
    addressing: str
    """``path`` or ``virtual``: whether URLs have the bucket in the path or in the host name."""
    prefixes: Tuple[str, ...]
    """The prefixes of the keys that the credentials give access to."""
    actions: Tuple[str, ...]
    """The allowed actions, such as ``s3:GetObject``."""
    not_enforced: Tuple[str, ...] = ()
    """The rules that the store does not enforce for these credentials: ``file_size``, ``daily_files`` and ``write_once``."""

    @staticmethod
    def read(answer: models.SessionCredentials) -> "SessionCredentials":
        """Reads the server's answer. Raises :class:`InvalidAnswerError`."""
        try:
            # Python before 3.11 does not read the Z that other servers write.
            expiration = datetime.datetime.fromisoformat(answer["expiration"].replace("Z", "+00:00"))
        except ValueError:
            raise InvalidAnswerError("The server's answer is invalid: expiration is not a time.") from None
        if expiration.tzinfo is None:
            raise InvalidAnswerError("The server's answer is invalid: expiration has no time zone.")
        if not is_http_url(answer["endpoint"]):
            raise InvalidAnswerError("The server's answer is invalid: endpoint is not the URL of a store.")
        return SessionCredentials(
            answer["access_key_id"],
            answer["secret_access_key"],
            answer["session_token"],
            expiration,
            answer["endpoint"],
            answer["region"],
            answer["bucket"],
            answer["addressing"],
            tuple(answer["prefixes"]),
            tuple(answer["actions"]),
            tuple(answer["not_enforced"]),
        )


def open_boto3_session(request: Callable[[], SessionCredentials]) -> "boto3.Session":
    """Returns a boto3 session that requests new credentials before its own expire.

    Its S3 clients and resources know the store's endpoint, region and addressing.
    """
    try:
        import boto3
        import botocore.config
        import botocore.credentials
        import botocore.session
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError("boto3_session needs boto3. Install it with: pip install boto3", name=missing.name) from None

    first = request()
    known = [first]

    def refresh() -> Dict[str, str]:
        credentials = known.pop() if known else request()
        return {
            "access_key": credentials.access_key_id,
            "secret_key": credentials.secret_access_key,
            "token": credentials.session_token,
            "expiry_time": credentials.expiration.isoformat(),
        }

    class StoreSession(boto3.Session):  # type: ignore[misc]
        """A session whose S3 clients use the store of the credentials."""

        def client(self, service_name: str, *args: Any, **options: Any) -> Any:
            if service_name == "s3":
                options["endpoint_url"] = options.get("endpoint_url") or first.endpoint
                config = botocore.config.Config(s3={"addressing_style": first.addressing}, signature_version="s3v4")
                given = options.get("config")
                options["config"] = config.merge(given) if given is not None else config
            return super().client(service_name, *args, **options)

    credentials = botocore.credentials.RefreshableCredentials.create_from_metadata(
        metadata=refresh(), refresh_using=refresh, method="s3auth"
    )
    # By default, botocore renews credentials in the last 15 minutes of their life. Those that live for 15 minutes would be renewed by
    # every request, and each renewal counts against the day's sessions.
    lifetime = (first.expiration - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    credentials._advisory_refresh_timeout = min(15 * 60, lifetime / 4)
    credentials._mandatory_refresh_timeout = min(10 * 60, lifetime / 8)
    session = botocore.session.get_session()
    session._credentials = credentials
    return StoreSession(botocore_session=session, region_name=first.region)
