namespace S3Auth.Application.Ports;

/// <summary>Keeps the audit records of decisions.</summary>
public interface IAuditLog
{
    /// <summary>Whether recent records could be written.</summary>
    bool IsWriting { get; }

    /// <summary>Records one decision. Returns at once and never throws. A record that cannot be written is counted and logged.</summary>
    void Record(AuditRecord decision);
}

/// <summary>The audit record of one decision about a signed request. Contains no signature, URL or credential.</summary>
public sealed record AuditRecord
{
    /// <summary>The time of the decision.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The request's id, as in <c>X-Request-ID</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>The requested action, such as <c>get_folder_access</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>granted</c>, the code of the refusal, <c>cancelled</c> if the client disconnected, or <c>internal_error</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>The hotkey that the request names.</summary>
    public required AccountId Hotkey { get; init; }

    /// <summary>The role in which the hotkey sends the request.</summary>
    public required Role Role { get; init; }

    /// <summary>Whether the request was proved.</summary>
    public required bool Proved { get; init; }

    /// <summary>
    /// The owner of the hotkey on chain if the request was proved; otherwise the coldkey that the request names, or null.
    /// </summary>
    public AccountId? Coldkey { get; init; }

    /// <summary>The hotkey's uid; null if the request was not proved.</summary>
    public ushort? Uid { get; init; }

    /// <summary>
    /// <c>commitment</c>, <c>tao_headers</c> or <c>epistula_headers</c>; several are joined by <c>+</c>: <c>commitment+tao_headers</c>.
    /// </summary>
    public required string Proof { get; init; }

    /// <summary>The client's address; null if it is not known.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>The granted access; null if nothing was granted.</summary>
    public GrantedAccess? Granted { get; init; }
}

/// <summary>A summary of a grant.</summary>
/// <param name="Prefixes">The granted prefixes, or the granted key.</param>
/// <param name="Files">The number of granted files; null for everything below the prefixes.</param>
/// <param name="Expiry">The effective expiry; null if nothing was granted that a client could use later.</param>
public sealed record GrantedAccess(IReadOnlyList<string> Prefixes, int? Files, DateTimeOffset? Expiry)
{
    /// <summary>Whether the answer repeats an earlier grant: the credentials of a session that the hotkey got before.</summary>
    public bool IsReused { get; init; }
}
