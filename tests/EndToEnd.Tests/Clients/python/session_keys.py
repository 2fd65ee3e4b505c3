"""The clients of one pair of keys: boto3 for what it knows, and signed requests for what it does not."""

import http.client
import urllib.parse
from xml.etree import ElementTree

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.parsers import ResponseParserError
from botocore.response import StreamingBody


# The store does not know the operation, and answered as if it were a listing or the reading of an object.
ANOTHER = "another operation"
LISTING = b"<ListBucketResult"

# The store did what was asked, but it gave no access.
UNCHANGED = "unchanged"


class Refusal(Exception):
    """The store did not do what was asked. The code is the one of its answer."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Keys:
    def __init__(self, store, keys):
        self._endpoint = store["endpoint"]
        self._region = store["region"]
        self._credentials = Credentials(keys["id"], keys["secret"], keys.get("token"))
        self.s3 = self._client("s3", keys, signature_version="s3v4", s3={"addressing_style": "path"}, inject_host_prefix=False)
        self.sts = self._client("sts", keys)
        self.iam = self._client("iam", keys)
        self.sns = self._client("sns", keys)

    def _client(self, service, keys, **options):
        client = boto3.client(
            service,
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id=keys["id"],
            aws_secret_access_key=keys["secret"],
            aws_session_token=keys.get("token"),
            config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=3, **options),
        )
        client.meta.events.register("before-send", self._begin)
        client.meta.events.register("after-call", self._look)
        return client

    def _begin(self, request, **more):
        self._is_listing = False
        # After a refusal the client would keep the connection without sending the body, which the gateway still expects.
        if "Expect" in request.headers:
            del request.headers["Expect"]

    def _look(self, http_response, model, **more):
        self._is_listing = not model.has_streaming_output and LISTING in http_response.content[:200]

    def call(self, service, operation, **parameters):
        """Calls an operation of boto3."""
        client = getattr(self, service)
        try:
            answer = getattr(client, operation)(**parameters)
            if isinstance(answer.get("Body"), StreamingBody):
                answer["Body"] = answer["Body"].read()
        except ClientError as refused:
            error = refused.response.get("Error", {}).get("Code")
            raise Refusal(error or str(refused.response["ResponseMetadata"]["HTTPStatusCode"])) from refused
        except ResponseParserError as unreadable:
            raise Refusal(ANOTHER) from unreadable
        except (HTTPClientError, IncompleteReadError) as broken:
            raise Refusal("no answer") from broken
        if self._is_listing and not operation.startswith("list_objects"):
            raise Refusal(ANOTHER)
        if answer.get("Errors"):
            raise Refusal(answer["Errors"][0]["Code"])
        return answer

    def send(self, method, path, body=b"", headers=None, signed=None):
        """
        Sends a signed request exactly as it is written: nothing normalizes its path. Signs another one if given. Returns the content of
        the answer.
        """
        key, _, query = (signed or path).partition("?")
        canonical = urllib.parse.quote(urllib.parse.unquote(key), safe="/~")
        request = AWSRequest(method, f"{self._endpoint}{canonical}?{query}", headers=headers or {}, data=body)
        request.context["payload_signing_enabled"] = True
        S3SigV4Auth(self._credentials, "s3", self._region).add_auth(request)
        return self.plain(method, path, body, dict(request.headers))

    def plain(self, method, path, body=b"", headers=None):
        """Sends a request exactly as it is written. Returns the content of the answer."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self._endpoint).netloc, timeout=10)
        try:
            connection.request(method, path.removeprefix(self._endpoint), body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refusal(code_of(answer.status, content))
        if LISTING in content[:200] and "list-type" not in path:
            raise Refusal(ANOTHER)
        return content


def code_of(status, content):
    try:
        return ElementTree.fromstring(content).findtext(".//{*}Code") or str(status)
    except ElementTree.ParseError:
        return str(status)
