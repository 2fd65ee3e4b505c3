# Generated from src/Client/openapi.json by scripts/generate_models.py. Do not edit: change the server, then run the script.
"""One method for each endpoint of the server."""

from __future__ import annotations

from typing import Mapping, Protocol
from urllib.parse import quote

from .. import models
from .shapes import check


class Server(Protocol):
    """Sends requests to the server and returns the JSON of its answers."""

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Signs and sends a request."""

    async def get(self, path: str) -> object:
        """Sends a request that needs no signature."""


class Endpoints:
    """The endpoints of the server. A request that has no `hotkey`, `timestamp` and `signature` is proved by headers."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def get_folder_access(self, command: models.GetFolderAccessCommand) -> models.FolderAccess:
        """Upload into your own folder.

        Returns an S3 POST form that uploads any number of files into the miner's own folder, and a listing of the folder. For each file
        copy `fields`, set `key` to `folder` plus your own path, and send the file as the last field. Sign
        `s3:data:access:{coldkey}:{hotkey}:{timestamp}` with the hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign folder-access`
        prints a signed request.
        """
        answer = await self._server.post("/get-folder-access", command)
        return check(answer, models.FolderAccess, "/get-folder-access")

    async def get_file_upload_url(self, command: models.GetFileUploadUrlCommand) -> models.FileUploadUrl:
        """Upload one file into your own folder.

        Returns a POST form or a PUT URL, as `method` says, for one file that does not exist yet. This works at every store. If you send
        `size`, the store accepts only a file of that size. Sign as for /get-folder-access: `s3auth sign folder-access` prints the
        signature.
        """
        answer = await self._server.post("/get-file-upload-url", command)
        return check(answer, models.FileUploadUrl, "/get-file-upload-url")

    async def get_file_upload_urls(self, command: models.GetFileUploadUrlsCommand) -> models.FileUploadUrls:
        """Upload many files into your own folder.

        Returns an upload for each of 1 to 1,000 files. `existing` lists the files that exist already, and `refused` says why a file cannot
        be uploaded; neither fails the request. Send a file with `PUT` to `url`, with `Content-Length` set to its `size` and with `headers`
        unchanged; if `method` is `POST`, send a form with `fields`. The store then accepts exactly the size and the `sha256` that you sent,
        as far as `size_enforced` and `sha256_enforced` say. Counts as one grant, and each file of the request as one file. Sign as for
        /get-folder-access: `s3auth sign folder-access` prints the signature.
        """
        answer = await self._server.post("/get-file-upload-urls", command)
        return check(answer, models.FileUploadUrls, "/get-file-upload-urls")

    async def create_multipart_upload(self, command: models.CreateMultipartUploadCommand) -> models.CreatedUpload:
        """Open a multipart upload.

        Opens an upload in parts, for files of more than 5 GiB and for large files that you want to resume. Then request the URLs of parts
        with /sign-upload-parts, send the parts, and call /complete-multipart-upload. With `resume`, the server returns an unfinished upload
        of this file if the store has one. The server keeps no state: everything is in `upload_id`. Counts as one grant and one file; each
        later request about the upload counts as one file. Sign all of them as for /get-folder-access: `s3auth sign folder-access` prints
        the signature.
        """
        answer = await self._server.post("/create-multipart-upload", command)
        return check(answer, models.CreatedUpload, "/create-multipart-upload")

    async def sign_upload_parts(self, command: models.SignUploadPartsCommand) -> models.SignedParts:
        """Get URLs for parts of a multipart upload.

        Returns a presigned `PUT` for each part, valid for one hour. Send exactly `size` bytes, and no header but `Content-Length`. Keep the
        `ETag` of each answer. Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
        """
        answer = await self._server.post("/sign-upload-parts", command)
        return check(answer, models.SignedParts, "/sign-upload-parts")

    async def list_upload_parts(self, command: models.ListUploadPartsCommand) -> models.UploadedParts:
        """List the parts of a multipart upload.

        Returns the parts that the store has, so that a client sends only the others. Sign as for /get-folder-access: `s3auth sign
        folder-access` prints the signature.
        """
        answer = await self._server.post("/list-upload-parts", command)
        return check(answer, models.UploadedParts, "/list-upload-parts")

    async def complete_multipart_upload(self, command: models.CompleteMultipartUploadCommand) -> models.CompletedUpload:
        """Complete a multipart upload.

        Makes one file of the parts. If the parts do not have the announced size together, the server aborts the upload and refuses with
        `size_mismatch`. Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
        """
        answer = await self._server.post("/complete-multipart-upload", command)
        return check(answer, models.CompletedUpload, "/complete-multipart-upload")

    async def abort_multipart_upload(self, command: models.AbortMultipartUploadCommand) -> models.AbortedUpload:
        """Abort a multipart upload.

        Ends the upload and deletes its parts. Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
        """
        answer = await self._server.post("/abort-multipart-upload", command)
        return check(answer, models.AbortedUpload, "/abort-multipart-upload")

    async def list_my_files(self, command: models.ListMyFilesCommand) -> models.FileList:
        """List your own files.

        Returns a page of the files in the miner's own folders, each with a download URL. `next_cursor` is present if there are more pages.
        Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
        """
        answer = await self._server.post("/list-my-files", command)
        return check(answer, models.FileList, "/list-my-files")

    async def get_health(self) -> models.Health:
        """Report the health of the service.

        Always answers 200. `status` is `degraded` if the object store or Redis does not answer, if a check of the store found a problem
        (`store` says which, and what to set), if the metagraph is missing or too old, if the edited access rules are invalid, or if the
        audit log cannot be written.
        """
        answer = await self._server.get("/healthcheck")
        return check(answer, models.Health, "/healthcheck")

    async def get_liveness(self) -> models.Liveness:
        """Report that the process is alive."""
        answer = await self._server.get("/healthz")
        return check(answer, models.Liveness, "/healthz")

    async def get_readiness(self) -> models.Readiness:
        """Report whether this instance should get requests.

        For load balancers. Answers 200 if this instance is ready, and 503 with the reasons if it is not. A server whose store does not
        answer stays ready. A server whose store refuses its region, keys, bucket, clock or permissions is not ready. `warnings` name what
        the operator should correct.
        """
        answer = await self._server.get("/readyz")
        return check(answer, models.Readiness, "/readyz")

    async def get_rate_limits(self) -> models.RateLimits:
        """Get the limits and how much is left today.

        Returns the limits for a hotkey, for all hotkeys together and for a client address, and how many grants are left today.
        """
        answer = await self._server.get("/rate-limits")
        return check(answer, models.RateLimits, "/rate-limits")

    async def get_commitment_formats(self) -> models.CommitmentFormats:
        """Get the texts to sign.

        Returns the format of every commitment with an example, and how to sign it.
        """
        answer = await self._server.get("/commitment-formats")
        return check(answer, models.CommitmentFormats, "/commitment-formats")

    async def get_structure(self) -> models.Structure:
        """Get the layout of the bucket and how to upload."""
        answer = await self._server.get("/structure-info")
        return check(answer, models.Structure, "/structure-info")

    async def get_status(self) -> models.Status:
        """Get the health, limits and recent activity.

        Returns what the page at `/` shows: health, limits and their use today, the answers of the last hour and day, and how many miners
        have data. Instances that share a Redis count answers together. The miners are counted at most once a minute.
        """
        answer = await self._server.get("/status")
        return check(answer, models.Status, "/status")

    async def get_hotkey(self, address: str) -> models.HotkeyStatus:
        """Look up a hotkey on the chain.

        Returns whether the hotkey is registered on this subnet, its coldkey, validator permit and stake, and what it may do here and why
        not. The chain and the operator's access rules are public.
        """
        answer = await self._server.get(f"/hotkeys/{quote(address, safe='')}")
        return check(answer, models.HotkeyStatus, "/hotkeys/{address}")

    async def get_session_credentials(self, command: models.GetSessionCredentialsCommand) -> models.SessionCredentials:
        """Get temporary credentials for any S3 tool.

        Returns temporary credentials (a session) for aws-cli, rclone, boto3 and every other S3 tool. With `role` `miner`, they allow a
        miner to upload into its own folders, and to list and read them; with `validator`, they allow a validator to list and read all
        miners' folders. They allow nothing else. The store enforces this; it does not enforce the rules in `not_enforced`. A request within
        the first half of a session returns the same session and costs nothing. Sign `s3:data:access:{coldkey}:{hotkey}:{timestamp}` as a
        miner, or `s3:validator:access:{timestamp}` as a validator, with the hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign
        folder-access` and `s3auth sign validator-access` print the signature; `s3auth credentials` does everything.
        """
        answer = await self._server.post("/get-session-credentials", command)
        return check(answer, models.SessionCredentials, "/get-session-credentials")

    async def get_validator_access(self, command: models.GetValidatorAccessCommand) -> models.ValidatorAccess:
        """Find and list every miner's folder.

        Finds every miner's folder in the bucket and returns presigned listings: of each folder, of each source, and of the whole data. Sign
        `s3:validator:access:{timestamp}` with the validator's hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign validator-access`
        prints a signed request.
        """
        answer = await self._server.post("/get-validator-access", command)
        return check(answer, models.ValidatorAccess, "/get-validator-access")

    async def get_miner_specific_access(self, command: models.GetMinerSpecificAccessCommand) -> models.MinerSpecificAccess:
        """List one miner's folders.

        Returns a presigned listing of each folder of one miner. Name the miner by exactly one of `miner_hotkey` and `miner_coldkey`. Sign
        `s3:validator:miner:{miner}:{timestamp}` with the validator's hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign miner
        --miner SS58` prints a signed request.
        """
        answer = await self._server.post("/get-miner-specific-access", command)
        return check(answer, models.MinerSpecificAccess, "/get-miner-specific-access")

    async def get_miner_list(self, command: models.GetMinerListCommand) -> models.MinerList:
        """Get one page of one miner's listing.

        Presigns one page of up to 1,000 objects. For the next page, send the listing's `NextContinuationToken` as `continuation_token`.
        Keys in the page are percent-encoded (`encoding-type=url`). /list-files returns the same as JSON, with download URLs. Sign as for
        /get-miner-specific-access: `s3auth sign miner --miner SS58` prints the signature.
        """
        answer = await self._server.post("/get-miner-list", command)
        return check(answer, models.MinerList, "/get-miner-list")

    async def list_files(self, command: models.ListFilesCommand) -> models.FileList:
        """List and download one miner's files.

        Returns a page of the files in one miner's folders, each with a download URL. `next_cursor` is present if there are more pages. Sign
        as for /get-miner-specific-access: `s3auth sign miner --miner SS58` prints the signature.
        """
        answer = await self._server.post("/list-files", command)
        return check(answer, models.FileList, "/list-files")

    async def get_folder_presigned_urls(self, command: models.GetFolderPresignedUrlsCommand) -> models.FolderPresignedUrls:
        """List every miner's job folders.

        Finds the `job_id=…/` folders in every miner's folder and returns a presigned listing of each. Folders whose name is not a valid job
        id are left out. Sign `s3:validator:folders:{hotkey}:{timestamp}` with the validator's hotkey, or send Tao v2 or Epistula v2
        headers. `s3auth sign folders` prints a signed request.
        """
        answer = await self._server.post("/get-folder-presigned-urls", command)
        return check(answer, models.FolderPresignedUrls, "/get-folder-presigned-urls")

    async def get_file_presigned_urls(self, command: models.GetFilePresignedUrlsCommand) -> models.FilePresignedUrls:
        """Download files of one miner.

        Returns a download URL for each key in the miner's folders. Other keys are returned as invalid and never signed. Name the miner by
        exactly one of `miner_hotkey` and `miner_coldkey`. Sign `s3:validator:files:{miner}:{hotkey}:{timestamp}` with the validator's
        hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign files --miner SS58 --file KEY` prints a signed request.
        """
        answer = await self._server.post("/get-file-presigned-urls", command)
        return check(answer, models.FilePresignedUrls, "/get-file-presigned-urls")
