namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Finds out whether the store supports upload forms (POST Object): sends a valid form with an empty file, which is smaller than the form's
/// policy allows. A store that supports forms answers <c>EntityTooSmall</c> and stores nothing.
/// </summary>
internal sealed class FormProbe(StorageOptions options, FolderLayout layout, TimeProvider time)
{
    private const long Seconds = 900;

    /// <summary>Sends one form.</summary>
    /// <returns>What is wrong and what the operator can do, or null if nothing is wrong; and whether the answer is conclusive.</returns>
    /// <exception cref="HttpRequestException">The answer cannot be read.</exception>
    /// <exception cref="TaskCanceledException">The request timed out.</exception>
    internal async Task<(string? Problem, bool IsKnown)> AskAsync(
        ProbeClient http, S3Endpoint endpoint, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var prefix = layout.DiscoveryPrefixes[0].Prefix;
        var rules = new PostPolicyRules(
            $"{prefix}{PutProbe.Folder}target",
            UploadPolicy.MinBytes,
            UploadPolicy.MaxBytes,
            UploadPolicy.Acl,
            UploadPolicy.StorageClass,
            IsWholeKey: true);
        var fields = new SigV4Signer(endpoint, options.Bucket, options.Region).At(credentials, time.GetUtcNow()).SignPost(rules, Seconds);
        var answer = await http.PostEmptyFileAsync(endpoint.BucketUrl, fields, cancellationToken);
        if (answer.Error?.Code == "EntityTooSmall")
        {
            return (null, true);
        }

        if (answer.IsUnrelatedToRequest || answer.Status is null)
        {
            return (null, false);
        }

        return answer.IsAccepted
            ? ("The object store accepts a file that is smaller than the upload form allows, so it does not enforce upload forms. "
                + "Use another store, or set UPLOAD_METHOD=PUT.", true)
            : ($"The object store does not take upload forms (POST): it answers {answer}. If the store does not support POST uploads, "
                + $"set UPLOAD_METHOD=PUT. Otherwise give this server's keys the permission s3:PutObject on everything below {prefix}.",
                true);
    }
}
