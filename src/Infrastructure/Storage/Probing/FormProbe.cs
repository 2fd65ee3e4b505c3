namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Sends upload forms that a store must refuse, and so stores nothing: one with a file that is smaller than its policy allows
/// (<c>EntityTooSmall</c>), and one whose key its policy does not allow.
/// </summary>
internal sealed class FormProbe(FolderLayout layout, TimeProvider time)
{
    /// <summary>The name of an object that no form allows. A store that does not enforce the keys of forms keeps it.</summary>
    internal const string ForbiddenName = "form-elsewhere";

    private const long Seconds = 900;

    // Not the configured limits: if they allowed empty files, the store would keep the file of the probe.
    private static readonly FileSizeLimits Sizes = FileSizeLimits.Default;

    /// <summary>Sends the forms.</summary>
    /// <param name="http">The client that sends the form.</param>
    /// <param name="route">The URLs of the bucket.</param>
    /// <param name="toClients">Whether to test the endpoint of clients instead of this server's.</param>
    /// <param name="credentials">The credentials to sign with.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="HttpRequestException">The answer cannot be read.</exception>
    /// <exception cref="TaskCanceledException">The request timed out.</exception>
    internal async Task<FormFinding> AskAsync(
        ProbeClient http, StoreRoute route, bool toClients, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var prefix = layout.DiscoveryPrefixes[0].Prefix;
        var rules = new PostPolicyRules(
            $"{prefix}{PutProbe.Folder}target",
            Sizes.MinBytes,
            Sizes.MaxBytes,
            UploadPolicy.Acl,
            UploadPolicy.StorageClass,
            IsWholeKey: true);
        var (signer, endpoint) = toClients ? (route.ClientSigner, route.Clients) : (route.ServiceSigner, route.Service);
        var fields = signer.At(credentials, time.GetUtcNow()).SignPost(rules, Seconds).ToDictionary();
        var answer = await http.PostFileAsync(endpoint.BucketUrl, fields, size: 0, cancellationToken);
        return answer switch
        {
            { Error.Code: "EntityTooSmall" } => await AskKeyAsync(http, endpoint, fields, prefix, cancellationToken),
            { IsUnrelatedToRequest: true } or { Status: null } => FormFinding.NoAnswer,

            // A proxy that replaces errors by its own page would hide EntityTooSmall.
            { Status: HttpStatusCode.BadRequest, Error: null } => FormFinding.NoAnswer,
            { IsAccepted: true } => new FormFinding(
                false,
                "The object store accepts a file that is smaller than the upload form allows, so it does not enforce upload forms."),
            { Error.Code: "AccessDenied" } => new FormFinding(
                null,
                $"The object store refuses upload forms (POST): it answers {answer}. Give this server's keys the permission s3:PutObject "
                    + $"on everything below {layout.DiscoveryPrefixes[0]}."),
            _ => new FormFinding(false, $"The object store does not support upload forms (POST): it answers {answer}."),
        };
    }

    // A store that checks the size before the key answers EntityTooSmall to an empty file, whatever the key. Only then the form is sent
    // with a file that its policy allows.
    private static async Task<FormFinding> AskKeyAsync(
        ProbeClient http,
        S3Endpoint endpoint,
        IReadOnlyDictionary<string, string> fields,
        string prefix,
        CancellationToken cancellationToken)
    {
        var changed = new Dictionary<string, string>(fields, StringComparer.Ordinal)
        {
            [SigV4Names.Form.Key] = $"{prefix}{PutProbe.Folder}{ForbiddenName}",
        };
        var answer = await http.PostFileAsync(endpoint.BucketUrl, changed, size: 0, cancellationToken);
        if (answer.Error?.Code == "EntityTooSmall")
        {
            answer = await http.PostFileAsync(endpoint.BucketUrl, changed, (int)Sizes.MinBytes, cancellationToken);
        }

        return answer switch
        {
            { IsAccepted: true } => new FormFinding(
                false,
                "The object store accepts a file under a key that the upload form does not allow, so it does not enforce upload forms."),
            { IsUnrelatedToRequest: true } or { Status: null } => FormFinding.NoAnswer,
            _ => FormFinding.Supported,
        };
    }
}
