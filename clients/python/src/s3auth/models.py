# Generated from src/Client/openapi.json by scripts/generate_models.py. Do not edit: change the server, then run the script.
"""The requests and answers of the server, as they are in JSON."""

from __future__ import annotations

from typing import Optional, TypedDict


class _ProblemRequired(TypedDict):
    type: str
    """URI of this kind of problem: `urn:s3auth:problem:` and the code."""

    title: str
    """What happened, in a few words."""

    status: int
    """The HTTP status."""

    detail: str
    """What happened and what to do, for people."""

    code: str
    """The kind of problem, for programs. It never changes."""

    request_id: str
    """The request's id, as in `X-Request-ID`."""


class Problem(_ProblemRequired, total=False):
    """Error as RFC 9457 defines it, with two members of this service: `code` and `request_id`."""

    errors: Optional[dict[str, list[str]]]
    """The errors of each member of the request. Absent if no single member is wrong."""


class _FolderAccessRequired(TypedDict):
    folder: str
    """The prefix of the folder, which ends with `/`."""

    url: str
    """The URL of the form."""

    fields: dict[str, str]
    """The fields of the form. Set `key` to the folder plus your own path, and send the file last."""

    list_url: str
    """A presigned listing of the first 1,000 objects in the folder, with percent-encoded names."""

    expiry: str
    """The effective expiry: when the URLs and forms of this answer end."""

    expiry_seconds: int
    """The seconds until the effective expiry."""

    min_bytes: int
    """The minimum size of a file in bytes."""

    max_bytes: int
    """The maximum size of a file in bytes."""

    structure_info: StructureInfo
    """The layout of folders in this deployment."""


class FolderAccess(_FolderAccessRequired, total=False):
    """Access of a miner to its folder: an S3 POST form that uploads any number of files, and a listing of the folder. The top level is the
    folder of the first source; `folders` contains the folder of each source.
    """

    method: Optional[str]
    """The method of the upload: always `POST` (multipart/form-data)."""

    folders: Optional[dict[str, FolderGrant]]
    """The folder of each source, by the name of the source. Absent if the layout has no sources."""


class FolderGrant(TypedDict):
    """Access to one folder."""

    folder: str
    """The prefix of the folder, which ends with `/`."""

    url: str
    """The URL of the upload form."""

    fields: dict[str, str]
    """The fields of the form."""

    list_url: str
    """A presigned listing of the first 1,000 objects in the folder, with percent-encoded names."""


class StructureInfo(TypedDict):
    """The layout of folders in this deployment."""

    folder_structure: str
    """The path of a miner's folder, with variable parts in braces."""

    description: str
    """The layout in one sentence."""


class GetFolderAccessCommand(TypedDict, total=False):
    """Request of a miner to upload into its own folder."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    expiry: Optional[int]
    """The requested expiry of the grant in Unix seconds. Default: as late as possible."""

    source: Optional[str]
    """Only the folder of this source. Default: all sources."""


class _FileUploadUrlRequired(TypedDict):
    s3_key: str
    """The key of the file."""

    method: str
    """`POST`: send a multipart/form-data form with `fields` first and the file last. `PUT`: send the file as the body."""

    url: str
    """The URL of the upload."""

    fields: dict[str, str]
    """The fields of the form. Send them unchanged. Empty for `PUT`."""

    expires_in_seconds: int
    """The seconds until the grant expires."""


class FileUploadUrl(_FileUploadUrlRequired, total=False):
    """The upload of one file."""

    size_enforced: Optional[bool]
    """Whether the store enforces the requested `size`. Absent if the request has none. `false`: the URL contains the size, but a client can
    make this store accept another one.
    """


class GetFileUploadUrlCommand(TypedDict, total=False):
    """Request of a miner to upload one file into its own folder."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    filename: Optional[str]
    """The name of the file: the last segment of its key, at most 255 bytes."""

    job_id: Optional[str]
    """The job that the file belongs to. The key then contains `job_id={job_id}/`. Default: no job."""

    source: Optional[str]
    """The source of the file. Default: the first source."""

    size: Optional[int]
    """The size of the file in bytes. The store then accepts only this size, unless the answer says `size_enforced: false`. Always send it.
    A deployment that uploads by `PUT` and has other limits than 1 KiB to 5 GiB refuses requests without it.
    """


class FileUploadUrls(TypedDict):
    """The uploads of many files. Each requested path is in exactly one of `files`, `existing` and `refused`."""

    bucket: str
    """The bucket's name."""

    expiry: str
    """The effective expiry of the uploads."""

    write_once: bool
    """Whether the store refuses to overwrite a file with these uploads. `false` if the request has `overwrite`, or this store cannot do
    that: then an upload overwrites a file that was stored after this answer.
    """

    size_enforced: bool
    """Whether the store accepts only files of the requested sizes."""

    sha256_enforced: bool
    """Whether the store accepts only files with the requested `sha256`."""

    files: dict[str, FileUploadTarget]
    """The upload of each file, by its path."""

    existing: list[str]
    """The paths of files that exist already. Empty if the request has `overwrite`."""

    refused: dict[str, RefusedFile]
    """The paths that cannot be uploaded, each with the reason."""


class _FileUploadTargetRequired(TypedDict):
    s3_key: str
    """The key of the file."""

    method: str
    """`PUT`: send the file as the body, with `headers`. `POST`: send a multipart/form-data form with `fields` first and the file last."""

    url: str
    """The URL of the upload."""

    expires_in_seconds: int
    """The seconds until the grant expires."""


class FileUploadTarget(_FileUploadTargetRequired, total=False):
    """Where and how to upload one file."""

    fields: Optional[dict[str, str]]
    """The fields of the form. Send them unchanged. Absent for `PUT`."""

    headers: Optional[dict[str, str]]
    """The headers of the PUT. Send them unchanged, and `Content-Length` with the requested size. Absent for `POST`."""


class RefusedFile(TypedDict):
    """Why a file cannot be uploaded."""

    code: str
    """The code of the refusal, such as `invalid_request`."""

    detail: str
    """What is wrong and what to do."""


class GetFileUploadUrlsCommand(TypedDict, total=False):
    """Request of a miner to upload many files into its own folder."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    files: Optional[list[RequestedFile]]
    """The files, 1 to 1,000."""

    job_id: Optional[str]
    """The job that the files belong to. Their keys then contain `job_id={job_id}/`. Default: no job."""

    source: Optional[str]
    """The source of the files. Default: the first source."""

    overwrite: Optional[bool]
    """Whether the uploads may replace existing files. Default: no."""


class RequestedFile(TypedDict, total=False):
    """A file that a miner wants to upload."""

    path: Optional[str]
    """The path of the file below the folder: one or more names with `/` between them, each of at most 255 bytes."""

    size: Optional[int]
    """The size of the file in bytes."""

    sha256: Optional[str]
    """The SHA-256 of the file, as 64 hex digits or in base64. Default: the store accepts any content of this size."""


class CreatedUpload(TypedDict):
    """A multipart upload. Send each of its parts, then complete it."""

    upload_id: str
    """The id of the upload, for all later requests about it."""

    s3_key: str
    """The key of the file."""

    part_size: int
    """The size of every part but the last, in bytes. The last part has the rest."""

    part_count: int
    """The number of parts. They are numbered from 1."""

    expiry: str
    """When `upload_id` expires. The store keeps the parts; resume the upload to get a new id."""

    resumed: bool
    """Whether this is an unfinished upload that the store had already. /list-upload-parts returns its parts."""

    write_once: bool
    """Whether the store refuses to complete the upload if the file exists by then. `false` if the request has `overwrite`, or the store
    cannot do that: then only the server looks for the file, just before it completes the upload.
    """


class CreateMultipartUploadCommand(TypedDict, total=False):
    """Request of a miner to upload one file in parts into its own folder."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    path: Optional[str]
    """The path of the file below the folder: one or more names with `/` between them."""

    size: Optional[int]
    """The size of the file in bytes. The parts must have this size together."""

    job_id: Optional[str]
    """The job that the file belongs to. The key then contains `job_id={job_id}/`. Default: no job."""

    source: Optional[str]
    """The source of the file. Default: the first source."""

    part_size: Optional[int]
    """The size of every part but the last, in bytes: 5 MiB to 5 GiB, and so that there are at most 10,000 parts. Default: 16 MiB, or more
    for large files.
    """

    overwrite: Optional[bool]
    """Whether the upload may replace an existing file. Default: no."""

    resume: Optional[bool]
    """Whether to continue an unfinished upload of this file, if the store has one whose parts fit `size`. Its part size may differ from
    `part_size`. Default: no.
    """


class SignedParts(TypedDict):
    """URLs of parts of a multipart upload."""

    s3_key: str
    """The key of the file."""

    parts: list[SignedPart]
    """The parts, in the order of the request."""

    expires_in_seconds: int
    """The seconds until the URLs expire. An upload of a part must begin before."""


class SignedPart(TypedDict):
    """The URL of a part."""

    part_number: int
    """The number of the part."""

    size: int
    """The size in bytes that the part must have."""

    url: str
    """The URL to PUT the part to, as the body and with no header but `Content-Length`."""


class SignUploadPartsCommand(TypedDict, total=False):
    """Request of a miner for URLs of parts of a multipart upload."""

    s3_key: Optional[str]
    """The key of the file, as /create-multipart-upload returned it."""

    upload_id: Optional[str]
    """The id of the upload, as /create-multipart-upload returned it."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    part_numbers: Optional[list[int]]
    """The numbers of the parts, 1 to 1,000 of them. Request only those that you send next."""


class UploadedParts(TypedDict):
    """The parts of a multipart upload that the store has."""

    s3_key: str
    """The key of the file."""

    size: int
    """The announced size of the file in bytes."""

    part_size: int
    """The size of every part but the last, in bytes."""

    part_count: int
    """The number of parts of the whole file."""

    parts: list[StoredPart]
    """The parts that the store has, in the order of their numbers."""


class StoredPart(TypedDict):
    """A part that the store has."""

    part_number: int
    """The number, 1 to 10,000."""

    etag: str
    """The ETag without quotes; at most stores the part's MD5 in hex."""

    size: int
    """The size in bytes."""


class ListUploadPartsCommand(TypedDict, total=False):
    """Request of a miner for the parts of a multipart upload that the store has."""

    s3_key: Optional[str]
    """The key of the file, as /create-multipart-upload returned it."""

    upload_id: Optional[str]
    """The id of the upload, as /create-multipart-upload returned it."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """


class CompletedUpload(TypedDict):
    """A file that was uploaded in parts."""

    s3_key: str
    """The key of the file."""

    etag: str
    """The ETag of the file, without quotes. At most stores it is no MD5: it ends with the number of parts."""

    size: int
    """The size in bytes."""


class CompleteMultipartUploadCommand(TypedDict, total=False):
    """Request of a miner to make a file of the parts of a multipart upload."""

    s3_key: Optional[str]
    """The key of the file, as /create-multipart-upload returned it."""

    upload_id: Optional[str]
    """The id of the upload, as /create-multipart-upload returned it."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    parts: Optional[list[SentPart]]
    """The parts that were sent: the number of each, and the ETag that the store returned. The server compares them with the parts that the
    store has. Default: the parts that the store has. A request has room for 5,000 parts; leave it out for more.
    """


class SentPart(TypedDict, total=False):
    """A part that was sent."""

    part_number: Optional[int]
    """The number of the part."""

    etag: Optional[str]
    """The ETag that the store returned for the part, with or without quotes."""


class AbortedUpload(TypedDict):
    """A multipart upload that was ended. The store has deleted its parts."""

    s3_key: str
    """The key of the file, which was not stored."""


class AbortMultipartUploadCommand(TypedDict, total=False):
    """Request of a miner to end a multipart upload and delete its parts."""

    s3_key: Optional[str]
    """The key of the file, as /create-multipart-upload returned it."""

    upload_id: Optional[str]
    """The id of the upload, as /create-multipart-upload returned it."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """


class _FileListRequired(TypedDict):
    files: list[ListedFile]
    """The files, folder by folder, in the order of their keys."""

    expires_in_seconds: int
    """The seconds until the download URLs expire."""


class FileList(_FileListRequired, total=False):
    """One page of files with their download URLs."""

    next_cursor: Optional[str]
    """The start of the next page. Send it as `cursor` with the same request. Absent on the last page."""


class _ListedFileRequired(TypedDict):
    key: str
    """The key of the file. Some stores accept keys that are not UTF-8. Their invalid bytes are shown as U+FFFD."""

    size: int
    """The size in bytes."""

    last_modified: str
    """The time of the upload."""

    etag: str
    """The ETag of the content without quotes, usually its MD5 in hex."""


class ListedFile(_ListedFileRequired, total=False):
    download_url: Optional[str]
    """The presigned URL that downloads the file. Absent if no URL can name the key: one of its segments is `.` or `..`, which HTTP clients
    resolve, or it is not UTF-8, contains a NUL, or has more than 1,024 bytes, which stores refuse in URLs.
    """


class ListMyFilesCommand(TypedDict, total=False):
    """Request of a miner for its own files."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey. Optional with a proof in headers, because the chain knows it."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    source: Optional[str]
    """Only the folder of this source. Default: all sources."""

    prefix: Optional[str]
    """Only files whose keys begin with this. The part after the folder is enough."""

    limit: Optional[int]
    """The maximum number of files in the page, 1 to 1,000. Default: 1,000. A page with long keys has fewer."""

    cursor: Optional[str]
    """The `next_cursor` of the previous page. Default: the first page."""


class _HealthRequired(TypedDict):
    status: str
    """`ok`, or `degraded` if the store or Redis does not answer, if a check of the store found a problem, if the metagraph is missing or
    too old, if the edited access rules are invalid, or if the audit log cannot be written.
    """

    timestamp: str
    """The server's time."""

    bucket: str
    """The name of the bucket."""

    region: str
    """The region of the bucket."""

    folder_structure: str
    """The path of a miner's folder, with variable parts in braces."""

    s3_ok: bool
    """Whether the store answered."""

    s3_latency_ms: Optional[float]
    """The time that the store took to answer, in milliseconds. Null if it did not answer."""

    store: StoreHealth
    """The findings of the last check of the store."""

    redis_ok: Optional[bool]
    """Whether Redis answered. Null if no Redis is configured."""

    audit_ok: bool
    """Whether audit records can be written."""

    metagraph_syncer: MetagraphHealth
    """The state of the metagraph."""

    stats: ServiceStats
    """The start and uptime of this process."""

    timeouts: ServiceTimeouts
    """The timeouts of the health check."""


class Health(_HealthRequired, total=False):
    """The health of the service. It contains no secrets."""

    access_rules_problem: Optional[str]
    """The problem of the operator's last change to the access rules. Absent if there is none."""


class StoreHealth(TypedDict):
    """The findings of the last check of the object store. The server checks at its start, every few minutes, and after failures."""

    problem: Optional[str]
    """Why the store refuses this server, in the store's words, and what the operator can set; or why the check itself failed. Null if there
    is no problem.
    """

    public_endpoint_ok: Optional[bool]
    """Whether presigned URLs work at `S3_PUBLIC_ENDPOINT`, seen from this server. Null if it is not set."""

    public_endpoint_problem: Optional[str]
    """Why they do not work. Null if they do."""

    upload_method: str
    """How clients upload: `POST` or `PUT`."""

    post_problem: Optional[str]
    """What is wrong with upload forms. Null if nothing is, or if uploads use PUT."""

    put_uploads: str
    """`off` (uploads of a folder or a single file use POST), `safe`, `unsafe` or `unknown`. The server grants uploads by PUT only if
    `safe`. For uploads in batches see `capabilities.put_uploads`.
    """

    put_problem: Optional[str]
    """Why the server does not grant uploads by PUT, or what the store does not enforce for them. Null if there is no problem."""

    put_sizes_enforced: Optional[bool]
    """Whether the store enforces the `size` of a PUT. Null if that is unknown."""

    session_problem: Optional[str]
    """Why the server issues no temporary credentials, or only shorter ones, although they are on. Null if there is no problem, or if they
    are off.
    """

    capabilities: CapabilityHealth
    """What the store can do."""

    checks: dict[str, str]
    """The results of the report at the last start, by subject: `ok`, `warn`, `fail` or `skipped`. The server's log has the reasons, and
    `S3Auth.Api doctor` prints them. Empty before the report is complete.
    """

    checked_at: Optional[str]
    """The time of the last completed check. Null before the first."""


class CapabilityHealth(TypedDict):
    """What the store can do, found out by asking it. A null means that it is unknown."""

    addressing: str
    """Where URLs have the bucket's name: `path` or `virtual` (the host)."""

    post_forms: Optional[bool]
    """Whether it accepts POST forms and enforces their policies."""

    put_uploads: str
    """Whether a presigned PUT lets its holder upload one object and nothing more: `safe`, `unsafe` or `unknown`."""

    header_guard: Optional[str]
    """How a presigned PUT forbids headers that it does not sign: `store` (the store refuses them), `left_out` or `empty` (the URL names
    them, without a value or with an empty one). Null also if there is no way.
    """

    part_uploads: str
    """The same as `put_uploads` for a presigned PUT of a part of a multipart upload."""

    part_header_guard: Optional[str]
    """The same as `header_guard` for a presigned PUT of a part of a multipart upload."""

    put_sizes_enforced: Optional[bool]
    """Whether it enforces the signed size of a PUT."""

    length_required: Optional[bool]
    """Whether it needs the length of a PUT in advance."""

    conditional_writes: str
    """What it does with `If-None-Match: *` on a PUT: `refused`, `ignored`, `accepted` (whether it is enforced is unknown), `enforced` or
    `unknown`.
    """

    conditional_completion: str
    """The same as `conditional_writes` for the completion of a multipart upload. `unknown` also if the server must not test it."""

    checksums: Optional[bool]
    """Whether it verifies `x-amz-checksum-sha256`."""

    payload_hashes: Optional[bool]
    """Whether it verifies a signed `x-amz-content-sha256`."""

    multipart: Optional[bool]
    """Whether it has multipart uploads."""

    etags_are_md5: Optional[bool]
    """Whether the ETag of an object is its MD5."""

    temporary_credentials: Optional[bool]
    """Whether it issues temporary credentials (STS AssumeRole)."""

    session_policies: Optional[bool]
    """Whether it enforces the policies of temporary credentials. Null also if the server issues none."""


class MetagraphHealth(TypedDict):
    """The state of the metagraph."""

    enabled: bool
    """Whether the server reads it from a chain. False for a metagraph from a file."""

    netuid: int
    """The number of the subnet."""

    network: str
    """The name of the network."""

    block: Optional[int]
    """The block at which it was read. Null if it was never read."""

    hotkeys_count: int
    """The number of registered hotkeys."""

    last_sync: Optional[str]
    """The time at which it was read. Null if it was never read."""

    block_time: Optional[str]
    """The block's own time. Null if it was never read, or if there is no chain."""

    age_seconds: Optional[int]
    """The age of the block in seconds. Null if it was never read."""

    spec_version: Optional[int]
    """The version of the chain's runtime. Null if unknown."""

    endpoint: Optional[str]
    """The node that it is read from. Null if no node answers, or if there is no chain."""

    last_error: Optional[str]
    """Why the last attempt to read it failed. Null if it succeeded."""

    warnings: list[str]
    """Problems that need attention although it is in use, such as a node that disagrees with the others."""


class ServiceStats(TypedDict):
    started_at: str
    """The start of this process."""

    uptime_seconds: int
    """The seconds since then."""


class ServiceTimeouts(TypedDict):
    s3_seconds: float
    """The seconds that the health check waits for the store."""

    health_cache_seconds: float
    """The seconds that the answer of the store is cached."""


class Liveness(TypedDict):
    """The answer of a process that is alive."""

    status: str
    """Always `ok`."""


class Readiness(TypedDict):
    """Whether this instance should get requests."""

    status: str
    """`ready` or `not_ready`."""

    failing: dict[str, str]
    """The parts that are not ready, each with the reason. Empty if ready."""

    warnings: dict[str, str]
    """The parts that the operator should correct although this instance is ready. Empty if there are none."""

    metagraph_syncer: MetagraphHealth
    """The state of the metagraph."""


class RateLimits(TypedDict):
    """The limits, and how much is left today. The header `RateLimit` of each answer to a signed request says what its hotkey has left."""

    daily_per_miner: int
    """The grants that a hotkey gets a day as a miner."""

    daily_files_per_miner: int
    """The files that a hotkey may name for upload a day, as a miner. Files that it uploads with the form of /get-folder-access do not
    count.
    """

    daily_per_validator: int
    """The grants that a hotkey gets a day as a validator."""

    daily_sessions_per_hotkey: int
    """The sessions with temporary credentials that a hotkey gets a day, as a miner and as a validator together."""

    daily_total: int
    """The grants that all hotkeys together get a day."""

    per_minute_per_address: int
    """The requests that one client address may send a minute, granted or not."""

    used_today: int
    """The grants of all hotkeys today."""

    remaining_today: int
    """The grants that all hotkeys together have left today."""

    resets_at: str
    """The end of the day, 00:00 UTC, when all counts are reset."""

    resets_in_seconds: int
    """The seconds until then."""

    counted_together: bool
    """Whether all instances count together now. If not, each instance counts for itself."""


class CommitmentFormats(TypedDict):
    """The texts that the proofs of requests sign."""

    folder_layout: str
    """The layout of this deployment: `coldkey`, `hotkey` or a template."""

    formats: dict[str, CommitmentFormat]
    """The commitments in the body, by the name of the request."""

    tao_headers: HeaderProofFormat
    """Another kind of proof, in headers. Each of these requests accepts it too."""

    epistula_headers: HeaderProofFormat
    """The third kind of proof, in other headers. Each of these requests accepts it too."""

    audiences: list[str]
    """The audiences that this server accepts. If empty, the operator set none, and the server does not compare them. Sign the host of the
    URL that you call, not a value from here: a hostile server would name another server.
    """

    audience_required: bool
    """Whether the server refuses requests without `audience`."""

    instructions: list[str]
    """How to sign, step by step."""

    server_time: int
    """The server's time in Unix seconds."""


class CommitmentFormat(TypedDict):
    endpoint: str
    """The method and path of the endpoint."""

    format: str
    """The text, with variable parts in braces."""

    example: str
    """An example of the text."""

    format_with_audience: str
    """The text for a request with an `audience`: it ends with `:{audience}`."""

    example_with_audience: str
    """An example of that text."""

    description: str
    """What the request does and who signs it."""


class HeaderProofFormat(TypedDict):
    format: str
    """The signed text, with variable parts in braces."""

    headers: dict[str, str]
    """The headers. Send each of them once."""

    example_body: str
    """An example of a body."""

    example_text: str
    """The signed text for that body and these headers."""


class Structure(TypedDict):
    """The layout of the bucket and how to upload."""

    folder_layout: str
    """The layout of this deployment: `coldkey`, `hotkey` or a template."""

    folder_structure: str
    """The path of a miner's folder, with variable parts in braces."""

    description: str
    """The layout in one sentence."""

    sources: list[str]
    """The configured sources. Empty if the layout has none."""

    example_paths: list[str]
    """Examples of keys of uploaded files."""

    upload_flow: list[str]
    """How to upload, step by step."""

    min_bytes: int
    """The minimum size of a file in bytes."""

    max_bytes: int
    """The maximum size of a file in bytes."""

    upload_method: str
    """`POST`: one form uploads any number of files. `PUT`: each file needs a URL of its own."""

    supports_batch_uploads: bool
    """Whether /get-file-upload-urls exists: always. Absent at older servers."""

    supports_multipart_uploads: bool
    """Whether /create-multipart-upload works at this store. Absent at older servers."""

    supports_session_credentials: bool
    """Whether /get-session-credentials gives temporary credentials. Absent at older servers."""


class Status(TypedDict):
    """The contents of the page at `/`. It contains no secrets, and nothing about a single miner or validator."""

    version: str
    """The version of the server."""

    problems: list[str]
    """The current problems, each in one sentence that says what it means for callers. Empty if all is well."""

    health: Health
    """The answer of `/healthcheck`."""

    can_sign: bool
    """Whether there are valid credentials to sign grants with."""

    validators: Optional[int]
    """The number of hotkeys that qualify as validators. Null if the metagraph is missing or too old."""

    min_validator_stake: float
    """The alpha stake that a validator must exceed."""

    rate_limits: RateLimits
    """The answer of `/rate-limits`."""

    activity: RecentActivity
    """The answers to signed requests."""

    storage: StorageStatus
    """The contents of the bucket."""


class RecentActivity(TypedDict):
    """The recent answers to the endpoints for miners and validators, including requests without a valid signature and requests over the
    burst limit.
    """

    counted_together: bool
    """Whether this counts the answers of all instances. If not, it counts those of this instance only."""

    counting_since: Optional[str]
    """The time from which this instance counts. Null if all instances count together."""

    last_hour: Activity
    """The last hour, by minute."""

    last_day: Activity
    """The last day, by half hour."""


class Activity(TypedDict):
    """Counts of answers in one period."""

    since: str
    """The start of the first interval."""

    interval_seconds: int
    """The length of an interval in seconds."""

    requests: int
    """Answered requests: granted and refused."""

    granted: int
    """Granted requests."""

    refused: int
    """Refused or failed requests."""

    refused_by_reason: dict[str, int]
    """Refused or failed requests by code."""

    granted_per_interval: list[int]
    """Granted requests per interval, oldest first. The last interval is not complete."""

    refused_per_interval: list[int]
    """Refused or failed requests per interval."""


class _StorageStatusRequired(TypedDict):
    folder_layout: str
    """The layout of this deployment: `coldkey`, `hotkey` or a template."""

    folder_structure: str
    """The path of a miner's folder, with variable parts in braces."""


class StorageStatus(_StorageStatusRequired, total=False):
    """The contents of the bucket, from a listing of its folders."""

    miners: Optional[int]
    """The number of miners that have a folder in the bucket. Null if they were not counted yet."""

    by_source: Optional[dict[str, int]]
    """The number of miners for each source. Absent if the layout has no sources, or if they were not counted yet."""

    counted_at: Optional[str]
    """The time of the count. Null if there was none yet."""

    newest_upload: Optional[str]
    """The time of the newest upload that this instance saw in a listing for a client. Null if it saw none. There may be newer uploads: the
    server does not list the bucket to find them.
    """

    newest_upload_age_seconds: Optional[int]
    """The seconds since then. Null if there is none."""


class _HotkeyStatusRequired(TypedDict):
    hotkey: str
    """The requested hotkey."""

    registered: bool
    """Whether it is registered on this subnet."""

    uid: Optional[int]
    """Its uid. Null if it is not registered."""

    coldkey: Optional[str]
    """The coldkey that owns it, which a miner must send. Null if it is not registered and no access rule lets it upload."""

    validator_permit: bool
    """Whether it has a validator permit."""

    alpha_stake: float
    """Its stake in alpha."""

    is_miner: bool
    """Whether it is a miner by the chain: it is registered."""

    is_validator: bool
    """Whether it is a validator by the chain: it has a permit, and more than the minimum stake."""

    is_denied: bool
    """Whether an access rule of the operator denies it, or the coldkey that owns it."""

    may_upload: bool
    """Whether it may upload into its own folder here: by the chain and the operator's access rules."""

    may_read: bool
    """Whether it may read the files of all miners here: by the chain and the operator's access rules."""

    block: int
    """The block at which the server read this."""


class HotkeyStatus(_HotkeyStatusRequired, total=False):
    """A hotkey on the chain, and what it may do here."""

    upload_problem: Optional[str]
    """Why it may not upload. Absent if it may."""

    read_problem: Optional[str]
    """Why it may not read. Absent if it may."""


class SessionCredentials(TypedDict):
    """Temporary credentials for any S3 tool, and where to use them. The object store enforces what they allow until they expire."""

    access_key_id: str
    """The id of the access key."""

    secret_access_key: str
    """The secret access key. **Secret**."""

    session_token: str
    """The session token, which tools send with each request. **Secret**."""

    expiration: str
    """When the credentials expire."""

    endpoint: str
    """The address of the object store, without the bucket."""

    region: str
    """The bucket's region."""

    bucket: str
    """The bucket's name."""

    addressing: str
    """Where URLs have the bucket's name: `path` or `virtual` (the host)."""

    prefixes: list[str]
    """The prefixes of the keys that the credentials give access to. A listing must name one of them, or a longer prefix."""

    actions: list[str]
    """The actions that the credentials allow, by their names in AWS's policies."""

    not_enforced: list[str]
    """The rules of this server that the store does not enforce for these credentials: `file_size`, `daily_files` and `write_once`. Empty
    for validators.
    """


class GetSessionCredentialsCommand(TypedDict, total=False):
    """Request for temporary credentials. The commitment is that of the role: `s3:data:access:{coldkey}:{hotkey}:{timestamp}` or
    `s3:validator:access:{timestamp}`.
    """

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    role: Optional[str]
    """`miner`: upload into your own folders and read them. `validator`: read all miners' folders. Default: `miner`."""

    coldkey: Optional[str]
    """The coldkey that owns the hotkey, for a miner. Optional with a proof in headers, because the chain knows it."""

    source: Optional[str]
    """Only the folders of this source. Default: all sources."""

    duration_seconds: Optional[int]
    """The requested duration in seconds, 900 to 43,200. Default: 3,600. If the deployment allows less, the credentials expire earlier."""


class ValidatorAccess(TypedDict):
    """Read access for a validator: listings of the whole data, of each source, and of every miner's folders."""

    bucket: str
    """The name of the bucket."""

    region: str
    """The region of the bucket."""

    validator_hotkey: str
    """The hotkey of the validator."""

    expiry: str
    """The effective expiry: when the URLs and forms of this answer end."""

    expiry_seconds: int
    """The seconds until the effective expiry."""

    urls: ValidatorUrls
    """Presigned listings of the whole data and of each source."""

    miners: list[MinerFolders]
    """Every miner that has a folder in the bucket, in any order."""

    structure_info: StructureInfo
    """The layout of folders in this deployment."""


# Keywords of Python cannot be members of a class.
_ValidatorUrlsKeywords = TypedDict(
    "_ValidatorUrlsKeywords",
    {
        # The listing of the whole data.
        "global": "GlobalUrls",
    },
)


class ValidatorUrls(_ValidatorUrlsKeywords, total=False):
    """Presigned listings of more than one miner. Each returns the first 1,000 entries only, because a presigned listing cannot be
    continued. Names in it are percent-encoded (`encoding-type=url`): decode each `Key` and `Prefix`, and read a `+` as a space.
    """

    sources: Optional[dict[str, SourceUrls]]
    """The listing of each source. Absent if the layout has no sources."""

    miners: Optional[MinersUrls]
    """The listing of all miners' folders. Absent if the layout has sources."""


class GlobalUrls(TypedDict):
    list_all_data: str
    """Lists the first 1,000 objects of all miners, which may all belong to one miner. Use the `list_url` of each miner, or /list-files, to
    read one miner at a time.
    """


class SourceUrls(TypedDict):
    list_miners: str
    """Lists the folders of one source."""

    prefix: str
    """The prefix of the source."""


class MinersUrls(TypedDict):
    list_all_miners: str
    """Lists the folders of all hotkeys."""


class _MinerFoldersRequired(TypedDict):
    id: str
    """The account in the path of the folders: a coldkey or a hotkey, as the layout says."""

    folders: list[MinerFolder]
    """The folders of the miner, one for each source that has data."""


class MinerFolders(_MinerFoldersRequired, total=False):
    uid: Optional[int]
    """The uid of the miner; the lowest one if its coldkey has several hotkeys. Absent if the miner is no longer registered."""


class _MinerFolderRequired(TypedDict):
    prefix: str
    """The prefix of the folder, which ends with `/`."""

    list_url: str
    """A presigned listing of the first 1,000 objects in the folder, with percent-encoded names."""


class MinerFolder(_MinerFolderRequired, total=False):
    source: Optional[str]
    """The name of the source. Absent if the layout has no sources."""


class GetValidatorAccessCommand(TypedDict, total=False):
    """Request of a validator to find and list every miner's folder. The commitment is `s3:validator:access:{timestamp}`."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    expiry: Optional[int]
    """The requested expiry of the grant in Unix seconds. Default: as late as possible."""


class _MinerSpecificAccessRequired(TypedDict):
    bucket: str
    """The name of the bucket."""

    region: str
    """The region of the bucket."""

    miner_url: str
    """A presigned listing of the first 1,000 objects in the folder, with percent-encoded names. /get-miner-list signs the next pages."""

    prefix: str
    """The prefix of the folder, which ends with `/`."""

    expiry: str
    """The effective expiry: when the URLs and forms of this answer end."""

    expiry_seconds: int
    """The seconds until the effective expiry."""


class MinerSpecificAccess(_MinerSpecificAccessRequired, total=False):
    """Listings of a miner's folders. The top level is the folder of the first source; `folders` contains the folder of each source."""

    miner_hotkey: Optional[str]
    """The hotkey of the miner. Absent if the request named the coldkey."""

    miner_coldkey: Optional[str]
    """The coldkey of the miner. Absent if the request named the hotkey."""

    folders: Optional[list[MinerFolder]]
    """The folder of each source. Absent if the layout has no sources."""


class GetMinerSpecificAccessCommand(TypedDict, total=False):
    """Request of a validator to list one miner's folders."""

    miner_hotkey: Optional[str]
    """The hotkey of the miner."""

    miner_coldkey: Optional[str]
    """The coldkey of the miner. Only in layouts whose folders belong to coldkeys."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    expiry: Optional[int]
    """The requested expiry of the grant in Unix seconds. Default: as late as possible."""


class MinerList(TypedDict):
    """One page of the listing of a miner's folder."""

    list_url: str
    """A presigned listing of up to 1,000 objects with percent-encoded names. If its `IsTruncated` is true, request the next page with its
    `NextContinuationToken`.
    """

    prefix: str
    """The prefix of the folder, which ends with `/`."""

    expires_in_seconds: int
    """The seconds until the URL expires."""


class GetMinerListCommand(TypedDict, total=False):
    """Request of a validator for one page of the listing of a miner's folder."""

    miner_hotkey: Optional[str]
    """The hotkey of the miner."""

    miner_coldkey: Optional[str]
    """The coldkey of the miner. Only in layouts whose folders belong to coldkeys."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    source: Optional[str]
    """The source of the folder. Default: the first source."""

    continuation_token: Optional[str]
    """The `NextContinuationToken` of the previous page, at most 4,096 characters. Default: the first page. Only the store can read it. The
    server signs it together with the miner's prefix, so it cannot list anything else. If the store did not issue the token, the store
    answers with an error (400 or 500), or with a page that begins somewhere else.
    """


class ListFilesCommand(TypedDict, total=False):
    """Request of a validator for the files of one miner."""

    miner_hotkey: Optional[str]
    """The hotkey of the miner."""

    miner_coldkey: Optional[str]
    """The coldkey of the miner. Only in layouts whose folders belong to coldkeys."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    source: Optional[str]
    """Only the folder of this source. Default: all sources."""

    prefix: Optional[str]
    """Only files whose keys begin with this. The part after the miner's folder is enough."""

    limit: Optional[int]
    """The maximum number of files in the page, 1 to 1,000. Default: 1,000. A page with long keys has fewer."""

    cursor: Optional[str]
    """The `next_cursor` of the previous page. Default: the first page."""


class FolderPresignedUrls(TypedDict):
    """Listings of every miner's job folders."""

    validator_hotkey: str
    """The hotkey of the validator."""

    bucket: str
    """The name of the bucket."""

    expiry_seconds: int
    """The seconds until the effective expiry."""

    expiry_time: str
    """The effective expiry: when the URLs end."""

    total_miners: int
    """The number of miners that have a folder in the bucket."""

    folder_urls: dict[str, MinerJobs]
    """The job folders of each miner, by the account in the path of its folders."""

    commitment_used: str
    """The text that the proof of this request signed."""


class _MinerJobsRequired(TypedDict):
    miner_path: str
    """The folder of the miner. If the layout has sources, the folder of the first source that has data."""

    job_folders: list[JobFolder]
    """The `job_id=…/` folders of all sources whose job id is valid: 1 to 128 characters of `A-Z a-z 0-9 . _ -`."""

    total_jobs: int
    """The number of job folders."""


class MinerJobs(_MinerJobsRequired, total=False):
    """The job folders of one miner."""

    has_more_jobs: Optional[bool]
    """True if a folder has more jobs than this answer contains; else absent. /list-files returns all files."""

    folders: Optional[list[MinerFolder]]
    """The folder of each source that has data. Its listing includes files outside of job folders. Absent if the layout has no sources."""


class _JobFolderRequired(TypedDict):
    job_id: str
    """The job id."""

    path: str
    """The prefix of the folder, which ends with `/`."""

    presigned_url: str
    """A presigned listing of the first 1,000 objects in the folder, with percent-encoded names."""


class JobFolder(_JobFolderRequired, total=False):
    source: Optional[str]
    """The name of the source. Absent if the layout has no sources."""


class GetFolderPresignedUrlsCommand(TypedDict, total=False):
    """Request of a validator to list every miner's job folders. The commitment is `s3:validator:folders:{hotkey}:{timestamp}`."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    expiry: Optional[int]
    """The requested expiry of the grant in Unix seconds. Default: as late as possible."""


class _FilePresignedUrlsRequired(TypedDict):
    validator_hotkey: str
    """The hotkey of the validator."""

    bucket: str
    """The name of the bucket."""

    expiry_hours: int
    """The requested lifetime of the URLs in hours. They may end sooner: see `expiry_time`."""

    expiry_time: str
    """The effective expiry: when the URLs end."""

    total_requested_files: int
    """The number of keys in the request."""

    valid_files_count: int
    """The number of requested keys in the miner's folders."""

    invalid_files_count: int
    """The number of all other requested keys."""

    successful_urls: int
    """The number of URLs: one for each different valid key."""

    file_urls: dict[str, FileUrl]
    """The URL of each valid key. The server does not check that the file exists."""

    invalid_files: list[str]
    """The keys outside of the miner's folders, and texts that are not keys. They are never signed."""

    commitment_used: str
    """The text that the proof of this request signed."""


class FilePresignedUrls(_FilePresignedUrlsRequired, total=False):
    """Download URLs for files of one miner."""

    miner_hotkey: Optional[str]
    """The hotkey of the miner. Absent if the request named the coldkey."""

    miner_coldkey: Optional[str]
    """The coldkey of the miner. Absent if the request named the hotkey."""

    failed_files: Optional[int]
    """The number of valid keys that could not be signed. Always 0, because signing needs no network."""

    failed_files_details: Optional[list[str]]
    """The errors of the failed files. Always empty."""


class FileUrl(TypedDict):
    presigned_url: str
    """The presigned URL that downloads the file."""

    file_key: str
    """The key of the file."""

    expires_in_seconds: int
    """The seconds until the URL expires."""

    file_name: str
    """The last segment of the key."""


class GetFilePresignedUrlsCommand(TypedDict, total=False):
    """Request of a validator to download files of one miner. The commitment is `s3:validator:files:{miner}:{hotkey}:{timestamp}`."""

    miner_hotkey: Optional[str]
    """The hotkey of the miner."""

    miner_coldkey: Optional[str]
    """The coldkey of the miner. Only in layouts whose folders belong to coldkeys."""

    hotkey: Optional[str]
    """The hotkey that signs. Optional with a proof in headers."""

    timestamp: Optional[int]
    """The time of signing in Unix seconds. Optional with a proof in headers."""

    signature: Optional[str]
    """The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers."""

    audience: Optional[str]
    """The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    ends with `:` and this text. Other servers refuse the request, so nobody can relay it to them.
    """

    file_keys: Optional[list[str]]
    """The keys of the files, 1 to 1,000, as /list-files returns them. Percent-decode the keys of a presigned listing."""

    expiry_hours: Optional[int]
    """The requested lifetime of the URLs in hours, 1 to 24. Default: 1."""
