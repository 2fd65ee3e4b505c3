namespace S3Auth.Application.Refusals;

/// <summary>Why a request was refused. On the wire in snake_case; statuses are in docs and in the error mapping of the API.</summary>
public enum RefusalCode
{
    /// <summary>Shape: a member is missing, malformed or unknown to this deployment.</summary>
    InvalidRequest,

    /// <summary>The request's moment is too old.</summary>
    TimestampExpired,

    /// <summary>The request's moment is too far ahead.</summary>
    TimestampInFuture,

    /// <summary>The wanted expiry is not after now.</summary>
    ExpiryInPast,

    /// <summary>The signature does not verify for that hotkey and text.</summary>
    InvalidSignature,

    /// <summary>The proof is meant for another server, or names no server although this one requires it.</summary>
    WrongAudience,

    /// <summary>The hotkey is not in the metagraph.</summary>
    HotkeyNotRegistered,

    /// <summary>The chain says another coldkey owns the hotkey.</summary>
    ColdkeyMismatch,

    /// <summary>No permit, or not enough stake.</summary>
    NotAValidator,

    /// <summary>A validator asks for a hotkey that is not registered, where its coldkey is needed.</summary>
    MinerNotFound,

    /// <summary>A link to a listing has ended, was altered, or was made by another server.</summary>
    InvalidLink,

    /// <summary>The proof was used before.</summary>
    ReplayedRequest,

    /// <summary>There is an object of that key already.</summary>
    FileExists,

    /// <summary>The store takes no uploads into a folder.</summary>
    FolderUploadUnsupported,

    /// <summary>A hotkey's grants of today are used up, or everyone's.</summary>
    QuotaExceeded,

    /// <summary>An address sends too many requests within a short time, or a hotkey has too many in flight.</summary>
    RateLimited,

    /// <summary>The memory for bodies that arrive, or for answers in flight, is used up.</summary>
    ServerBusy,

    /// <summary>Where grants and proofs are counted cannot be asked, or cannot tell.</summary>
    LimitsUnavailable,

    /// <summary>There is no metagraph that may be decided on.</summary>
    ChainUnavailable,

    /// <summary>The object store failed, or there are no credentials to sign for it.</summary>
    StorageUnavailable,

    /// <summary>The object store did not answer in time.</summary>
    StorageTimeout,
}
