using System.Xml.Linq;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether a lifecycle rule aborts unfinished multipart uploads, which cost money although no listing of objects shows them, and whether a
/// rule deletes miners' files.
/// </summary>
internal sealed class LifecycleCheck : IStoreCheck
{
    private const string Recipe = "Add the lifecycle rule of docs/stores.md to the bucket.";

    public string Name => "lifecycle";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var answer = await exam.SendAsync(HttpMethod.Get, key: null, [new S3Parameter("lifecycle", "")], cancellationToken);
        if (answer.Xml("LifecycleConfiguration") is { } configuration)
        {
            return Judge(configuration, exam.Prefixes);
        }

        return answer switch
        {
            { Error.Code: "NoSuchLifecycleConfiguration" } => NoRule(),
            { IsDenied: true } => new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "The keys may not read the bucket's lifecycle rules, so it is unknown whether unfinished multipart uploads are removed.",
                "Look it up in the store's console, or give the keys s3:GetLifecycleConfiguration, which changes nothing."),
            // A store that does not know the parameter refuses it, or ignores it and lists the bucket.
            { IsRefused: true } or { IsListing: true } => new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "The store has no lifecycle rules, so unfinished multipart uploads stay until someone aborts them.",
                "Abort old multipart uploads from time to time, with a tool of the store."),
            _ => new StoreCheck(Name, StoreCheckResult.Warn, $"The store answers {answer} when asked for the lifecycle rules.", Recipe),
        };
    }

    private StoreCheck Judge(XElement configuration, IReadOnlyList<string> prefixes)
    {
        var rules = configuration.Elements()
            .Where(rule => rule.Name.LocalName == "Rule" && StoreExam.Values(rule, "Status").FirstOrDefault() == "Enabled")
            .ToList();
        if (rules.Exists(rule => Expires(rule) && prefixes.Any(prefix => Overlaps(rule, prefix))))
        {
            return new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "A lifecycle rule deletes miners' files after some days.",
                "If that is not intended, remove the rule's Expiration, or exclude the data prefix from it.");
        }

        var aborting = rules.Where(rule => StoreExam.Values(rule, "DaysAfterInitiation").Any()).ToList();
        return prefixes.All(prefix => aborting.Exists(rule => prefix.StartsWith(PrefixOf(rule), StringComparison.Ordinal)))
            ? new StoreCheck(Name, StoreCheckResult.Ok, "A lifecycle rule removes multipart uploads that nobody finishes.")
            : NoRule();
    }

    private StoreCheck NoRule() => new(
        Name, StoreCheckResult.Warn, "No lifecycle rule removes multipart uploads that nobody finishes. You pay for their parts.", Recipe);

    private static bool Expires(XElement rule) => rule.Elements().Any(part =>
        part.Name.LocalName == "Expiration" && (StoreExam.Values(part, "Days").Any() || StoreExam.Values(part, "Date").Any()));

    private static bool Overlaps(XElement rule, string prefix) =>
        prefix.StartsWith(PrefixOf(rule), StringComparison.Ordinal) || PrefixOf(rule).StartsWith(prefix, StringComparison.Ordinal);

    private static string PrefixOf(XElement rule) => StoreExam.Values(rule, "Prefix").FirstOrDefault() ?? "";
}
