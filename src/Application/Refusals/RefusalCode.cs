namespace S3Auth.Application.Refusals;

/// <summary>
/// Why a request was refused. This is the one table of refusals: to add a refusal, add a member. Its name in snake_case is the <c>code</c>
/// on the wire.
/// </summary>
public enum RefusalCode
{
    /// <summary>A member is missing, malformed, or not known to this deployment.</summary>
    [Refusal(
        400,
        "The request is malformed",
        "Send 'hotkey': the SS58 address of the hotkey that signs this request.")]
    InvalidRequest,

    /// <summary>The timestamp is older than the access window allows.</summary>
    [Refusal(
        400,
        "The timestamp is too old",
        "The timestamp 1795500000 is 1 s too old (the limit is 300 s, and the server's time is 1795500301); sign again with the "
        + "current Unix time.")]
    TimestampExpired,

    /// <summary>The timestamp is further ahead than the access window allows.</summary>
    [Refusal(
        400,
        "The timestamp is too far in the future",
        "The timestamp 1795500000 is 1 s too far ahead (the limit is 60 s, and the server's time is 1795499939); check your clock and "
        + "sign again.")]
    TimestampInFuture,

    /// <summary>The requested expiry is not after the current time.</summary>
    [Refusal(
        400,
        "The requested expiry is not in the future",
        "The requested expiry is not after the server's time 1795500000; send a later one in Unix seconds, or leave it out for the "
        + "longest grant.")]
    ExpiryInPast,

    /// <summary>The signature does not verify for the hotkey and the text.</summary>
    [Refusal(
        401,
        "The signature does not verify",
        "The signature does not verify; sign exactly the text '{text}' with the hotkey {hotkey} (sr25519) and send it as hex.")]
    InvalidSignature,

    /// <summary>The proof is meant for another server, or names none although this server requires it.</summary>
    [Refusal(
        401,
        "The proof is meant for another server",
        "This request is meant for 'other.example.com', but this server is s3-auth.example.com; send it to the server that you signed "
        + "it for, or sign the host of the URL that you call as 'audience'.")]
    WrongAudience,

    /// <summary>A rule of the operator denies access to the hotkey or its coldkey.</summary>
    [Refusal(
        403,
        "The operator denies access",
        "The operator of this server denies access to the hotkey 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty until "
        + "2027-01-01T00:00:00+00:00, for this reason: uploads copies of other miners' files.")]
    AccessDenied,

    /// <summary>The metagraph does not contain the hotkey.</summary>
    [Refusal(
        403,
        "The hotkey is not registered",
        "The hotkey 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty is not registered on netuid 46 of network finney (block "
        + "6852690); register it, or try again in 30 s if you just did.")]
    HotkeyNotRegistered,

    /// <summary>Another coldkey owns the hotkey on the chain.</summary>
    [Refusal(
        403,
        "Another coldkey owns the hotkey",
        "The coldkey 5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy does not own the hotkey "
        + "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty on chain; send and sign the coldkey that owns it.")]
    ColdkeyMismatch,

    /// <summary>The hotkey has no validator permit, or too little stake.</summary>
    [Refusal(
        403,
        "The hotkey is not a validator",
        "The hotkey 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY has a validator permit and 1500 alpha staked; a validator needs "
        + "a permit and more than 20000 alpha.")]
    NotAValidator,

    /// <summary>A validator names a hotkey that is not registered, and its coldkey is needed.</summary>
    [Refusal(
        404,
        "There is no such miner",
        "The hotkey 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty is not registered on netuid 46 of network finney, so its coldkey "
        + "is unknown; send 'miner_coldkey' instead.")]
    MinerNotFound,

    /// <summary>A link to a listing has expired, was altered, or was made by another server.</summary>
    [Refusal(
        403,
        "The link has expired or is not from this server",
        "This link has expired, was altered, or is not from this server; request access again, for example with "
        + "/get-validator-access, and use the links of that answer.")]
    InvalidLink,

    /// <summary>The proof was used before.</summary>
    [Refusal(
        409,
        "The proof was used before",
        "This signature was used before; sign each request anew, with a new timestamp.")]
    ReplayedRequest,

    /// <summary>An object with this key already exists.</summary>
    [Refusal(
        409,
        "The file already exists",
        "The file data/x/5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy/data_20261124_062101_1000.parquet already exists; choose "
        + "another name, or skip this upload.")]
    FileExists,

    /// <summary>The store does not accept uploads into a folder.</summary>
    [Refusal(
        409,
        "The object store does not accept uploads into a folder",
        "This deployment's object store does not accept uploads into a folder; call /get-file-upload-url for each file, and "
        + "/list-my-files to see the files that exist.")]
    FolderUploadUnsupported,

    /// <summary>There is no such multipart upload, or it belongs to another miner.</summary>
    [Refusal(
        404,
        "There is no such multipart upload",
        "There is no such multipart upload in your folder: it was completed or aborted, or its upload_id is from another server or has "
        + "expired. Call /create-multipart-upload with \"resume\": true to continue what the store has.")]
    UploadNotFound,

    /// <summary>The parts of a multipart upload do not have the announced size together.</summary>
    [Refusal(
        409,
        "The parts do not have the announced size",
        "The store has 2 of 3 parts with 33554432 of the announced 41943040 bytes; the upload was aborted, so begin it again with "
        + "/create-multipart-upload.")]
    SizeMismatch,

    /// <summary>The store has no multipart uploads, or its part URLs are not safe to grant.</summary>
    [Refusal(
        409,
        "The object store does not support multipart uploads",
        "This deployment's object store does not support multipart uploads; call /get-file-upload-urls, which takes files of up to "
        + "5368709120 bytes.")]
    MultipartUnsupported,

    /// <summary>The operator has not turned on temporary credentials.</summary>
    [Refusal(
        409,
        "This deployment gives no temporary credentials",
        "This deployment gives no temporary credentials; call /get-file-upload-urls to upload files, and /list-my-files to list and "
        + "download your own.")]
    SessionCredentialsUnsupported,

    /// <summary>The hotkey has too few grants or files of today left, or all hotkeys together used up the grants of today.</summary>
    [Refusal(
        429,
        "Today's quota is used up",
        "This hotkey has used its 100 grants of today as a miner; reuse the earlier grants until they expire, and try again "
        + "after 00:00 UTC.")]
    QuotaExceeded,

    /// <summary>An address sends too many requests within a short time, or a hotkey has too many in flight.</summary>
    [Refusal(
        429,
        "Too many requests within a short time",
        "This address sends more than 120 requests a minute; send fewer.")]
    RateLimited,

    /// <summary>The memory for request bodies, or for answers in flight, is used up.</summary>
    [Refusal(
        503,
        "The server is busy",
        "Too many large requests are arriving at once; send this request again in a few seconds, without pauses.")]
    ServerBusy,

    /// <summary>The server cannot check quotas or replays.</summary>
    [Refusal(
        503,
        "The server cannot check its limits now",
        "This server cannot reach the database in which it counts requests; try again shortly.")]
    LimitsUnavailable,

    /// <summary>There is no metagraph, or it is too old.</summary>
    [Refusal(
        503,
        "The server has no recent data from the chain",
        "This server has no recent data from the chain and cannot tell who is registered; try again shortly.")]
    ChainUnavailable,

    /// <summary>The object store failed, or there are no credentials to sign for it.</summary>
    [Refusal(
        503,
        "The object store is unavailable",
        "The object store is unreachable or refused this server; try again in a minute.")]
    StorageUnavailable,

    /// <summary>The object store did not answer in time.</summary>
    [Refusal(
        504,
        "The object store did not answer in time",
        "The object store did not answer in time; try again in a few seconds.")]
    StorageTimeout,
}
