using System.Collections.Frozen;

namespace S3Auth.Domain;

/// <summary>
/// The operator's exceptions to the rules of the chain: who is denied, who may read without stake, and who may upload without being
/// registered. Immutable. From its end on, an exception has no effect.
/// </summary>
public sealed class AccessRules
{
    private readonly FrozenDictionary<AccountId, AccessDenial> _deniedHotkeys;
    private readonly FrozenDictionary<AccountId, AccessDenial> _deniedColdkeys;
    private readonly FrozenDictionary<AccountId, ReaderRule> _readers;
    private readonly FrozenDictionary<AccountId, UploaderRule> _uploaders;

    /// <exception cref="ArgumentException">Two rules of one kind are for the same account.</exception>
    public AccessRules(
        IReadOnlyCollection<AccessDenial> denials, IReadOnlyCollection<ReaderRule> readers, IReadOnlyCollection<UploaderRule> uploaders)
    {
        ArgumentNullException.ThrowIfNull(denials);
        _deniedHotkeys = ByAccount(denials.Where(denial => !denial.IsOfColdkey), denial => denial.Account, "The denied hotkey");
        _deniedColdkeys = ByAccount(denials.Where(denial => denial.IsOfColdkey), denial => denial.Account, "The denied coldkey");
        _readers = ByAccount(readers, reader => reader.Hotkey, "The reader");
        _uploaders = ByAccount(uploaders, uploader => uploader.Hotkey, "The uploader");
    }

    /// <summary>No exceptions.</summary>
    public static AccessRules None { get; } = new([], [], []);

    /// <summary>The number of denied hotkeys and coldkeys.</summary>
    public int Denials => _deniedHotkeys.Count + _deniedColdkeys.Count;

    /// <summary>The number of hotkeys that may read without stake.</summary>
    public int Readers => _readers.Count;

    /// <summary>The number of hotkeys that may upload without being registered.</summary>
    public int Uploaders => _uploaders.Count;

    /// <summary>The denial of a hotkey, or of the coldkey that owns it; null if neither is denied now.</summary>
    public AccessDenial? FindDenial(AccountId hotkey, AccountId? coldkey, DateTimeOffset now) =>
        _deniedHotkeys.TryGetValue(hotkey, out var denial) && IsCurrent(denial.Until, now) ? denial
            : coldkey is { } owner && _deniedColdkeys.TryGetValue(owner, out denial) && IsCurrent(denial.Until, now) ? denial
            : null;

    /// <summary>Whether a hotkey may read all files without stake and without being registered.</summary>
    public bool IsReader(AccountId hotkey, DateTimeOffset now) =>
        _readers.TryGetValue(hotkey, out var reader) && IsCurrent(reader.Until, now);

    /// <summary>The rule that lets a hotkey upload without being registered; null if there is none.</summary>
    public UploaderRule? FindUploader(AccountId hotkey, DateTimeOffset now) =>
        _uploaders.TryGetValue(hotkey, out var uploader) && IsCurrent(uploader.Until, now) ? uploader : null;

    private static bool IsCurrent(DateTimeOffset? until, DateTimeOffset now) => until is null || now < until;

    private static FrozenDictionary<AccountId, T> ByAccount<T>(IEnumerable<T> rules, Func<T, AccountId> accountOf, string what)
    {
        var byAccount = new Dictionary<AccountId, T>();
        foreach (var rule in rules)
        {
            if (!byAccount.TryAdd(accountOf(rule), rule))
            {
                throw new ArgumentException($"{what} {accountOf(rule)} occurs twice.", nameof(rules));
            }
        }

        return byAccount.ToFrozenDictionary();
    }
}

/// <summary>Denies all access to a hotkey, or to every hotkey that a coldkey owns.</summary>
/// <param name="Account">The denied account.</param>
/// <param name="IsOfColdkey">Whether the account is a coldkey.</param>
/// <param name="Reason">The reason, which refusals show.</param>
/// <param name="Until">When the denial ends; null if it does not.</param>
public sealed record AccessDenial(AccountId Account, bool IsOfColdkey, string Reason, DateTimeOffset? Until);

/// <summary>Lets a hotkey read all files like a validator, without stake and without being registered.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Until">When the permission ends; null if it does not.</param>
public sealed record ReaderRule(AccountId Hotkey, DateTimeOffset? Until);

/// <summary>Lets a hotkey upload like a miner without being registered. If it is registered, the chain decides instead.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Coldkey">The only coldkey that its requests may name. It names the folder if coldkeys name folders.</param>
/// <param name="Until">When the permission ends.</param>
public sealed record UploaderRule(AccountId Hotkey, AccountId Coldkey, DateTimeOffset Until);
