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
        try
        {
            var file = JsonSerializer.Deserialize(json, AccessFileJson.Default.Content)
                ?? throw new InvalidDataException("It contains null instead of access rules.");
            return new AccessRules(
                [.. (file.Denied ?? []).Select((row, index) => ToDenial(Required(row, "denied", index), $"denied[{index}]"))],
                [.. (file.Readers ?? []).Select((row, index) => ToReader(Required(row, "readers", index), $"readers[{index}]"))],
                [.. (file.Uploaders ?? []).Select((row, index) => ToUploader(Required(row, "uploaders", index), $"uploaders[{index}]"))]);
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException(malformed.Message, malformed);
        }
        catch (ArgumentException impossible)
        {
            throw new InvalidDataException(impossible.Message, impossible);
        }
    }

    private static AccessDenial ToDenial(DenialRow row, string place)
    {
        if (row.Hotkey is null == row.Coldkey is null)
        {
            throw new InvalidDataException($"{place} needs exactly one of hotkey and coldkey.");
        }

        if (string.IsNullOrWhiteSpace(row.Reason) || row.Reason.Length > MaxReasonLength || row.Reason.Any(char.IsControl))
        {
            throw new InvalidDataException($"{place} needs a reason of at most {MaxReasonLength} characters in one line.");
        }

        var account = ToAccount(row.Hotkey ?? row.Coldkey!, place);
        return new AccessDenial(account, IsOfColdkey: row.Coldkey is not null, row.Reason.Trim(), ToTime(row.Until, place));
    }

    private static ReaderRule ToReader(ReaderRow row, string place) => new(ToAccount(row.Hotkey, place), ToTime(row.Until, place));

    private static UploaderRule ToUploader(UploaderRow row, string place) => new(
        ToAccount(row.Hotkey, place), ToAccount(row.Coldkey, place), ToTime(row.Until, place)!.Value);

    private static T Required<T>(T? row, string list, int index)
        where T : class => row ?? throw new InvalidDataException($"{list}[{index}] is null.");

    private static AccountId ToAccount(string address, string place) => Ss58.TryDecode(address, out var account, out var error)
        ? account
        : throw new InvalidDataException($"{place} has an account that is not an SS58 address with prefix 42 ({error}).");

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
            : throw new InvalidDataException($"{place} needs a time such as 2027-01-31 or 2027-01-31T12:00:00Z as until.");
    }

    internal sealed record Content(
        IReadOnlyList<DenialRow?>? Denied = null, IReadOnlyList<ReaderRow?>? Readers = null, IReadOnlyList<UploaderRow?>? Uploaders = null);

    internal sealed record DenialRow(
        string Reason, string? Hotkey = null, string? Coldkey = null, string? Until = null, string? Note = null);

    internal sealed record ReaderRow(string Hotkey, string? Until = null, string? Note = null);

    internal sealed record UploaderRow(string Hotkey, string Coldkey, string Until, string? Note = null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(AccessFile.Content))]
internal sealed partial class AccessFileJson : JsonSerializerContext;
