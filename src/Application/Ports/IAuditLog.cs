namespace S3Auth.Application.Ports;

/// <summary>Keeps what was decided about whom.</summary>
public interface IAuditLog
{
    /// <summary>Whether everything that was recorded lately was also written.</summary>
    bool IsWriting { get; }

    /// <summary>Records one decision. Returns at once and never fails; what cannot be written is counted, logged and shown.</summary>
    void Record(AuditRecord decision);
}

/// <summary>One decision about one signed request. Holds no signature, no URL and no credential.</summary>
public sealed record AuditRecord
{
    /// <summary>When it was decided.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The request's id, as in <c>X-Request-ID</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>What was asked for: <c>get_folder_access</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>granted</c>, or the code of the refusal; <c>cancelled</c> where the client left, <c>internal_error</c> where the server failed.</summary>
    public required string Decision { get; init; }

    /// <summary>Who asked, or claimed to.</summary>
    public required AccountId Hotkey { get; init; }

    /// <summary>Whether that was proved.</summary>
    public required bool Proved { get; init; }

    /// <summary>The hotkey's owner: on chain where that was proved, else the one that was named; null where neither.</summary>
    public AccountId? Coldkey { get; init; }

    /// <summary>The hotkey's uid; null where nothing was proved.</summary>
    public ushort? Uid { get; init; }

    /// <summary><c>commitment</c>, <c>tao_headers</c> or <c>both</c>.</summary>
    public required string Proof { get; init; }

    /// <summary>Where the request came from; null where that is not known.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>What was granted; null where nothing was.</summary>
    public GrantedAccess? Granted { get; init; }
}

/// <summary>What a grant opens, in a line.</summary>
/// <param name="Prefixes">Below which prefixes, or which key.</param>
/// <param name="Files">How many files; null where it is everything below them.</param>
/// <param name="Expiry">When it really ends.</param>
public sealed record GrantedAccess(IReadOnlyList<string> Prefixes, int? Files, DateTimeOffset Expiry);
