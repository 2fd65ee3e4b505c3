namespace S3Auth.Cli.Checking.Steps;

/// <summary>Reports how files are uploaded, and what the store enforces.</summary>
internal sealed class UploadMethodStep : ICheckStep
{
    public string Name => "uploads";

    public string Advice => "Run the check again. If it fails again, tell the operator of the server.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var health = context.Health ??= await context.Client.Api.GetHealthAsync(cancellationToken);

        // Older servers send no capabilities, and grant neither batches nor multipart uploads.
        return health.Store?.Capabilities is { Part_uploads: not null } store ? new StepResult(Name, Describe(store)) : null;
    }

    private static string Describe(CapabilityHealth store)
    {
        // The server decides in the same way.
        var usesPut = store.Post_forms is false || store is { Put_uploads: "safe", Put_sizes_enforced: not false };
        (string Name, bool IsEnforced)[] rules =
        [
            ("size", !usesPut || store.Put_sizes_enforced is true),
            ("SHA-256", usesPut && (store.Checksums is true || store.Payload_hashes is true)),
            ("write-once", usesPut && store.Conditional_writes == "enforced"),
        ];
        var multipart = store is { Part_uploads: "safe", Multipart: not false } ? "multipart uploads" : "no multipart uploads";
        var enforced = rules.Select(rule => $"{rule.Name} {(rule.IsEnforced ? "enforced" : "not enforced")}");
        return $"batches by {(usesPut ? "PUT" : "POST")}, {multipart}; {string.Join(", ", enforced)}";
    }
}
