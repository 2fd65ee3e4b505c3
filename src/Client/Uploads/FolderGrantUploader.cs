namespace S3Auth.Client.Uploads;

/// <summary>
/// Uploads single files: by a form for the whole folder if the deployment has one, which serves many files, otherwise by a grant for each.
/// Older servers grant nothing else. Thread-safe.
/// </summary>
internal sealed class FolderGrantUploader(
    IS3AuthApi api,
    DeploymentStructure structure,
    UploadSender sender,
    FolderGrantCache grants,
    AccountId coldkey,
    S3AuthClientOptions options)
{
    private const string FolderUploadUnsupported = "folder_upload_unsupported";

    private readonly ResiliencePipeline<UploadedFile> _retries = RetryPolicy.ForTransfers<UploadedFile>(options);

    internal async Task<UploadedFile> UploadAsync(FileToUpload file, CancellationToken cancellationToken) =>
        await _retries.ExecuteAsync(
            async token => UploadRules.UsesFolderGrants(await structure.GetAsync(token).ConfigureAwait(false))
                ? await PostOrPutAsync(file, token).ConfigureAwait(false)
                : await PutAsync(file, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    // The server changes the method when it finds out that its store does not support forms.
    private async Task<UploadedFile> PostOrPutAsync(FileToUpload file, CancellationToken cancellationToken)
    {
        try
        {
            return await PostAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException refused) when (refused.Code == FolderUploadUnsupported)
        {
            structure.Forget();
            return await PutAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<UploadedFile> PostAsync(FileToUpload file, CancellationToken cancellationToken)
    {
        var grant = await grants.GetAsync(spent: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PostAsync(file, grant, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (Failures.KindOf(exception) == FailureKind.GrantRefused)
        {
            var fresh = await grants.GetAsync(spent: grant, cancellationToken).ConfigureAwait(false);
            if (ReferenceEquals(fresh, grant))
            {
                throw;
            }

            return await PostAsync(file, fresh, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<UploadedFile> PostAsync(FileToUpload file, FolderAccess grant, CancellationToken cancellationToken)
    {
        var folder = GrantedFolder.Of(grant, file.Source);
        var key = folder.Folder + UploadRules.PathOf(file);
        UploadRules.RefuseLongKey(key);
        return SendAsync(file, key, UploadTarget.OfForm(folder.Url, folder.Fields, key), cancellationToken);
    }

    private async Task<UploadedFile> PutAsync(FileToUpload file, CancellationToken cancellationToken)
    {
        var grant = await api.GetFileUploadUrlAsync(
            new GetFileUploadUrlCommand
            {
                Coldkey = coldkey.ToString(),
                Filename = file.Path,
                Job_id = file.JobId,
                Source = file.Source,
                Size = file.Size,
            },
            cancellationToken).ConfigureAwait(false);
        return await SendAsync(file, grant.S3_key, UploadTarget.Of(grant), cancellationToken).ConfigureAwait(false);
    }

    private async Task<UploadedFile> SendAsync(FileToUpload file, string key, UploadTarget target, CancellationToken cancellationToken)
    {
        var sent = await sender.SendAsync(file, FileRange.Whole(file), target, cancellationToken).ConfigureAwait(false);
        return new UploadedFile(key, file.Size, sent.Md5);
    }
}
