namespace S3Auth.Client.Requests;

/// <summary>
/// Builds commitments: the texts that a hotkey signs to prove a request in its body instead of in its headers. <c>GET
/// /commitment-formats</c> lists them with examples. Timestamps are Unix seconds. If a request has an <c>audience</c>
/// (<see cref="Audience.Of"/>), its commitment ends with it. <see cref="S3AuthClient"/> signs headers instead, and needs no commitments.
/// </summary>
public static class Commitments
{
    /// <summary>For <c>/get-folder-access</c>, <c>/get-file-upload-url</c>, <c>/list-my-files</c>.</summary>
    public static string FolderAccess(AccountId coldkey, AccountId hotkey, long timestamp, string? audience = null) =>
        MeantFor(audience, $"s3:data:access:{coldkey}:{hotkey}:{timestamp}");

    /// <summary>For <c>/get-validator-access</c>.</summary>
    public static string ValidatorAccess(long timestamp, string? audience = null) =>
        MeantFor(audience, $"s3:validator:access:{timestamp}");

    /// <summary>For <c>/get-miner-specific-access</c>, <c>/get-miner-list</c>, <c>/list-files</c>.</summary>
    public static string Miner(AccountId miner, long timestamp, string? audience = null) =>
        MeantFor(audience, $"s3:validator:miner:{miner}:{timestamp}");

    /// <summary>For <c>/get-folder-presigned-urls</c>.</summary>
    public static string Folders(AccountId hotkey, long timestamp, string? audience = null) =>
        MeantFor(audience, $"s3:validator:folders:{hotkey}:{timestamp}");

    /// <summary>For <c>/get-file-presigned-urls</c>.</summary>
    public static string Files(AccountId miner, AccountId hotkey, long timestamp, string? audience = null) =>
        MeantFor(audience, $"s3:validator:files:{miner}:{hotkey}:{timestamp}");

    private static string MeantFor(string? audience, FormattableString commitment) =>
        audience is null ? FormattableString.Invariant(commitment) : $"{FormattableString.Invariant(commitment)}:{audience}";
}
