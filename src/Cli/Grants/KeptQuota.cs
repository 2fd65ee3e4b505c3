using System.Text.Json;

namespace S3Auth.Cli.Grants;

/// <summary>What a hotkey has left of today's quota, from the last answer of this run or an earlier one.</summary>
internal static class KeptQuota
{
    private const string Name = "quota.json";

    /// <summary>Returns the quota of an earlier run; null if there is none of today.</summary>
    internal static QuotaStatus? Read(KeptState? state, DateTimeOffset now)
    {
        try
        {
            return state?.Read(Name) is { Length: > 0 } bytes
                && JsonSerializer.Deserialize(bytes, KeptJson.Default.QuotaStatus) is { Kind: not null } quota
                && quota.At <= now
                && now < quota.ResetsAt
                ? quota
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static void Write(KeptState? state, QuotaStatus quota) =>
        state?.Write(Name, JsonSerializer.SerializeToUtf8Bytes(quota, KeptJson.Default.QuotaStatus));

    /// <summary>Whether less than half of the day's grants is left. Then a run uses the folder grant, which serves many runs.</summary>
    internal static bool IsLow(QuotaStatus? quota) => quota is { Limit: { } limit } && quota.Left < limit / 2;

    /// <summary>Describes a quota for people.</summary>
    /// <param name="quota">The quota.</param>
    /// <param name="now">The time.</param>
    /// <param name="isOfThisRun">Whether the quota is from an answer in this run. An older one may be out of date.</param>
    internal static string Describe(QuotaStatus quota, DateTimeOffset now, bool isOfThisRun)
    {
        var what = quota.Kind == "session" ? "sessions" : "grants";
        var left = quota.Limit is { } limit ? $"{quota.Left} of {limit} {what}" : $"{quota.Left} {what}";
        var files = quota.FilesLeft is { } count ? $" and {count} files" : "";
        var resets = string.Create(
            CultureInfo.InvariantCulture,
            $"the quota resets at {quota.ResetsAt.UtcDateTime:HH:mm} UTC, in {Amount.Duration(quota.ResetsAt - now)}");
        return isOfThisRun
            ? $"{left}{files} left today; {resets}."
            : string.Create(CultureInfo.InvariantCulture, $"{left}{files} left at {quota.At.UtcDateTime:HH:mm} UTC; {resets}.");
    }
}
