using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Access;

/// <summary>
/// Reads access rules from JSON: <c>{"denied": [{"hotkey" or "coldkey", "reason", "until"}], "readers": [{"hotkey", "until"}],
/// "uploaders": [{"hotkey", "coldkey", "until"}]}</c>. Every rule may have a <c>note</c> for the operator. An unknown member is an error,
/// because a misspelt <c>denied</c> would deny nobody.
/// </summary>
internal static class AccessFile
{
    /// <summary>The maximum size of the file (1 MiB, several thousand rules).</summary>
    internal const int MaxBytes = 1024 * 1024;

    /// <summary>The maximum length of a reason, which refusals show, in characters.</summary>
    internal const int MaxReasonLength = 200;

    private static readonly string[] TimeFormats = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:sszzz"];

    /// <exception cref="InvalidDataException">The text contains no access rules. The message tells the operator why.</exception>
    internal static AccessRules Parse(byte[] json)
    {
        var file = OperatorJson.Parse(json, AccessFileJson.Default.Content);
        try
        {
            return new AccessRules(
                ToRules(file.Denied, "denied", ToDenial),
                ToRules(file.Readers, "readers", ToReader),
                ToRules(file.Uploaders, "uploaders", ToUploader));
        }
        catch (ArgumentException repeated)
        {
            throw OperatorJson.Of(repeated);
        }
    }

    private static List<TRule> ToRules<TRow, TRule>(IReadOnlyList<TRow?>? rows, string list, Func<TRow, string, TRule> toRule)
        where TRow : class =>
        [.. (rows ?? []).Select((row, index) => toRule(Required(row, $"{list}[{index}]"), $"{list}[{index}]"))];

    private static AccessDenial ToDenial(DenialRow row, string place)
    {
        if (row.Hotkey is null == row.Coldkey is null)
        {
            throw new InvalidDataException($"{place} needs either hotkey or coldkey.");
        }

        if (string.IsNullOrWhiteSpace(row.Reason) || row.Reason.Length > MaxReasonLength || row.Reason.Any(char.IsControl))
        {
            throw new InvalidDataException($"{place} needs a reason of at most {MaxReasonLength} characters in one line.");
        }

        var account = row.Hotkey is { } hotkey ? ToAccount(hotkey, $"{place}.hotkey") : ToAccount(row.Coldkey, $"{place}.coldkey");
        return new AccessDenial(account, IsOfColdkey: row.Coldkey is not null, row.Reason.Trim(), ToTime(row.Until, place));
    }

    private static ReaderRule ToReader(ReaderRow row, string place) =>
        new(ToAccount(row.Hotkey, $"{place}.hotkey"), ToTime(row.Until, place));

    private static UploaderRule ToUploader(UploaderRow row, string place) => new(
        ToAccount(row.Hotkey, $"{place}.hotkey"),
        ToAccount(row.Coldkey, $"{place}.coldkey"),
        ToTime(Required(row.Until, $"{place}.until"), place)!.Value);

    private static T Required<T>(T? value, string place)
        where T : class => value ?? throw new InvalidDataException($"{place} is missing or null.");

    private static AccountId ToAccount(string? address, string place) =>
        Ss58.TryDecode(Required(address, place), out var account, out var error)
            ? account
            : throw new InvalidDataException($"{place}: {error.Describe()}");

    // A time without an offset would depend on the machine's time zone. A date begins at 00:00 UTC.
    private static DateTimeOffset? ToTime(string? text, string place)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParseExact(
            text,
            TimeFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : throw new InvalidDataException($"{place}.until must be a date or time such as 2027-01-31 or 2027-01-31T12:00:00Z.");
    }

    internal sealed record Content(
        IReadOnlyList<DenialRow?>? Denied = null, IReadOnlyList<ReaderRow?>? Readers = null, IReadOnlyList<UploaderRow?>? Uploaders = null);

    // All members are optional here, because the message about a missing one must name it.
    internal sealed record DenialRow(
        string? Hotkey = null, string? Coldkey = null, string? Reason = null, string? Until = null, string? Note = null);

    internal sealed record ReaderRow(string? Hotkey = null, string? Until = null, string? Note = null);

    internal sealed record UploaderRow(string? Hotkey = null, string? Coldkey = null, string? Until = null, string? Note = null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(AccessFile.Content))]
internal sealed partial class AccessFileJson : JsonSerializerContext;
