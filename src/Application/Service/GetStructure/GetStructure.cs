namespace S3Auth.Application.Service;

/// <summary>Request for the layout of the bucket.</summary>
public sealed record GetStructureQuery : IRequest<Structure>;

internal sealed class GetStructureHandler(FolderLayout layout, FileSizeLimits sizes, IStoreState store, ISessionIssuer sessions)
    : IRequestHandler<GetStructureQuery, Structure>
{
    private static readonly string[] ByFolder =
    [
        "Sign the folder_access commitment (GET /commitment-formats) with your hotkey.",
        "POST /get-folder-access with coldkey, hotkey, timestamp and signature.",
        "For each file: copy the answer's fields, set key to folder plus your own path, add the file as the last field, and POST it as "
            + "multipart/form-data to url.",
        "Use the same answer for any number of files until its expiry, then request a new one.",
        "If the store must check size and SHA-256 of each file, or refuse to overwrite files: POST /get-file-upload-urls instead, for up "
            + "to 1,000 files.",
        "GET list_url to list your folder, or POST /list-my-files for all your files with download URLs.",
    ];

    private static readonly string[] ByFile =
    [
        "For up to 1,000 files: sign the file_upload commitment (GET /commitment-formats) with your hotkey.",
        "POST /get-file-upload-urls with coldkey, hotkey, timestamp, signature, and files: path, size in bytes and, if you have it, "
            + "sha256 of each.",
        "PUT each file to its url, as the body and with no header but Content-Length and the headers of the answer.",
        "POST /list-my-files to list your files.",
    ];

    private const string InParts =
        "For large files, which may be sent in parts and resumed: POST /create-multipart-upload, /sign-upload-parts, PUT each part to its "
            + "url, and POST /complete-multipart-upload.";

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
            [.. usesForms ? ByFolder : ByFile, .. findings.Capabilities.SupportsMultipartGrants ? (string[])[InParts] : []],
            sizes.MinBytes,
            sizes.MaxBytes,
            usesForms ? "POST" : "PUT",
            SupportsBatchUploads: true,
            findings.Capabilities.SupportsMultipartGrants,
            sessions.Mode != SessionMode.Off));
    }
}
