using System.Globalization;

namespace S3Auth.Domain;

/// <summary>
/// The text that a hotkey signs to prove one request. Miners and validators build this text themselves, so every character is part of the
/// contract. Timestamps are Unix seconds.
/// </summary>
public readonly record struct Commitment(string Text)
{
    /// <summary>A miner requests access to its own folders: <c>s3:data:access:{coldkey}:{hotkey}:{timestamp}</c>.</summary>
    public static Commitment FolderAccess(AccountId coldkey, AccountId hotkey, long timestamp) =>
        new(string.Create(CultureInfo.InvariantCulture, $"s3:data:access:{coldkey}:{hotkey}:{timestamp}"));

    /// <summary>A validator requests access to all folders: <c>s3:validator:access:{timestamp}</c>.</summary>
    public static Commitment ValidatorAccess(long timestamp) =>
        new(string.Create(CultureInfo.InvariantCulture, $"s3:validator:access:{timestamp}"));

    /// <summary>A validator requests access to one miner's folders: <c>s3:validator:miner:{miner}:{timestamp}</c>.</summary>
    /// <param name="miner">The miner's hotkey or coldkey, as in the request.</param>
    /// <param name="timestamp">Unix seconds.</param>
    public static Commitment MinerAccess(AccountId miner, long timestamp) =>
        new(string.Create(CultureInfo.InvariantCulture, $"s3:validator:miner:{miner}:{timestamp}"));

    /// <summary>A validator requests URLs of all miners' job folders: <c>s3:validator:folders:{hotkey}:{timestamp}</c>.</summary>
    public static Commitment FolderUrls(AccountId hotkey, long timestamp) =>
        new(string.Create(CultureInfo.InvariantCulture, $"s3:validator:folders:{hotkey}:{timestamp}"));

    /// <summary>A validator requests URLs of one miner's files: <c>s3:validator:files:{miner}:{hotkey}:{timestamp}</c>.</summary>
    /// <param name="miner">The miner's hotkey or coldkey, as in the request.</param>
    /// <param name="hotkey">The validator's hotkey.</param>
    /// <param name="timestamp">Unix seconds.</param>
    public static Commitment FileUrls(AccountId miner, AccountId hotkey, long timestamp) =>
        new(string.Create(CultureInfo.InvariantCulture, $"s3:validator:files:{miner}:{hotkey}:{timestamp}"));

    /// <summary>Appends <c>:{audience}</c>, for a request that names its audience.</summary>
    /// <param name="audience">The server that the proof is meant for; null returns this commitment unchanged.</param>
    public Commitment WithAudience(Audience? audience) => audience is { } named ? new($"{Text}:{named.Text}") : this;

    /// <inheritdoc/>
    public override string ToString() => Text;
}
