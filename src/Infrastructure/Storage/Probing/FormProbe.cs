namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Sends an upload form, as clients do, with a file that is smaller than the form allows. A store that supports forms answers
/// <c>EntityTooSmall</c> and stores nothing.
/// </summary>
internal sealed class FormProbe(FolderLayout layout, TimeProvider time)
{
    private const long Seconds = 900;

    /// <summary>Sends one form.</summary>
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
            UploadPolicy.MinBytes,
            UploadPolicy.MaxBytes,
            UploadPolicy.Acl,
            UploadPolicy.StorageClass,
            IsWholeKey: true);
        var (signer, endpoint) = toClients ? (route.ClientSigner, route.Clients) : (route.ServiceSigner, route.Service);
        var fields = signer.At(credentials, time.GetUtcNow()).SignPost(rules, Seconds);
        var answer = await http.PostEmptyFileAsync(endpoint.BucketUrl, fields, cancellationToken);
        return answer switch
        {
            { Error.Code: "EntityTooSmall" } => FormFinding.Supported,
            { IsUnrelatedToRequest: true } or { Status: null } => FormFinding.NoAnswer,

            // A proxy that replaces errors by its own page would hide EntityTooSmall.
            { Status: HttpStatusCode.BadRequest, Error: null } => FormFinding.NoAnswer,
            { IsAccepted: true } => new FormFinding(
                false,
                "The object store accepts a file that is smaller than the upload form allows, so it does not enforce upload forms."),
            { Error.Code: "AccessDenied" } => new FormFinding(
                null,
                $"The object store refuses upload forms (POST): it answers {answer}. Give this server's keys the permission s3:PutObject "
                    + $"on everything below {prefix}."),
            _ => new FormFinding(false, $"The object store does not support upload forms (POST): it answers {answer}."),
        };
    }
}
