namespace S3Auth.Cli.Checking.Steps;

/// <summary>Warns of the problems in the server's report about the store. The step succeeds, because the store works.</summary>
internal sealed class StoreReportStep : ICheckStep
{
    // StoreStep reports these.
    private static readonly string[] Uploads = ["post", "put"];

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["public_access"] = "anyone can use the bucket without a signature",
        ["list"] = "validators cannot find or download files",
        ["public_endpoint"] = "grants may not work at the address where they lead",
    };

    public string Name => "store report";

    public string Advice => "Tell the server's operator: `S3Auth.Api doctor` says what to do.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var health = context.Health ??= await context.Client.Api.GetHealthAsync(cancellationToken);
        var problems = health.Store is { } store ? ProblemsOf(store).ToList() : [];
        return problems.Count == 0 ? null : new StepResult(Name, string.Join("; ", problems), Advice);
    }

    // Older servers send no checks.
    private static IEnumerable<string> ProblemsOf(StoreHealth store)
    {
        if (store.Public_endpoint_problem is { } endpoint)
        {
            yield return endpoint;
        }

        if (store is { Put_uploads: "safe", Put_problem: { } puts })
        {
            yield return puts;
        }

        var failed = (store.Checks ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Where(check => check.Value == "fail" && !Uploads.Contains(check.Key, StringComparer.Ordinal))
            .Where(check => check.Key != "public_endpoint" || store.Public_endpoint_problem is null)
            .Select(check => check.Key);
        foreach (var name in failed)
        {
            yield return Meanings.TryGetValue(name, out var meaning) ? $"{name} fails: {meaning}" : $"{name} fails";
        }
    }
}
