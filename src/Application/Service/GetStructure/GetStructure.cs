namespace S3Auth.Application.Service;

/// <summary>Request for the layout of the bucket.</summary>
public sealed record GetStructureQuery : IRequest<Structure>;

internal sealed class GetStructureHandler(FolderLayout layout, FileSizeLimits sizes, IStoreState store)
    : IRequestHandler<GetStructureQuery, Structure>
{
    private static readonly string[] ByFolder =
    [
        "Sign the folder_access commitment (GET /commitment-formats) with your hotkey.",
        "POST /get-folder-access with coldkey, hotkey, timestamp and signature.",
        "For each file: copy the answer's fields, set key to folder plus your own path, add the file as the last field, and POST it as "
            + "multipart/form-data to url.",
        "Use the same answer for any number of files until its expiry, then request a new one.",
        "GET list_url to list your folder, or POST /list-my-files for all your files with download URLs.",
    ];

    private static readonly string[] ByFile =
    [
        "For each file: sign the file_upload commitment (GET /commitment-formats) with your hotkey.",
        "POST /get-file-upload-url with coldkey, hotkey, timestamp, signature, filename, and size in bytes; or /get-file-upload-urls for "
            + "up to 1,000 files.",
        "PUT the file to url, as the body and with no header but Content-Length and the answer's headers.",
        "POST /list-my-files to list your files.",
    ];

    public Task<Structure> Handle(GetStructureQuery request, CancellationToken cancellationToken)
    {
        var findings = store.Current;
        var usesForms = findings.UploadMethod == UploadMethod.Post;
        return Task.FromResult(new Structure(
            layout.Name,
            layout.Structure,
            layout.Description,
            [.. layout.Sources.Select(source => source.Name)],
            layout.ExampleKeys(ExampleAccounts.FolderOwner(layout)),
            usesForms ? ByFolder : ByFile,
            sizes.MinBytes,
            sizes.MaxBytes,
            usesForms ? "POST" : "PUT",
            SupportsBatchUploads: true,
            findings.Capabilities.SupportsMultipartGrants));
    }
}
