namespace S3Auth.Application.Service;

/// <summary>The layout of the bucket and how to upload.</summary>
/// <param name="FolderLayout">The layout of this deployment: <c>coldkey</c>, <c>hotkey</c> or a template.</param>
/// <param name="FolderStructure">The path of a miner's folder, with variable parts in braces.</param>
/// <param name="Description">The layout in one sentence.</param>
/// <param name="Sources">The configured sources. Empty if the layout has none.</param>
/// <param name="ExamplePaths">Examples of keys of uploaded files.</param>
/// <param name="UploadFlow">How to upload, step by step.</param>
/// <param name="MinBytes">The minimum size of a file in bytes.</param>
/// <param name="MaxBytes">The maximum size of a file in bytes.</param>
/// <param name="UploadMethod"><c>POST</c>: one form uploads any number of files. <c>PUT</c>: each file needs a URL of its own.</param>
/// <param name="SupportsBatchUploads">Whether /get-file-upload-urls exists: always. Absent at older servers.</param>
/// <param name="SupportsMultipartUploads">Whether /create-multipart-upload works at this store. Absent at older servers.</param>
/// <param name="SupportsSessionCredentials">
/// Whether /get-session-credentials gives temporary credentials. Absent at older servers.
/// </param>
public sealed record Structure(
    string FolderLayout,
    string FolderStructure,
    string Description,
    IReadOnlyList<string> Sources,
    IReadOnlyList<string> ExamplePaths,
    IReadOnlyList<string> UploadFlow,
    long MinBytes,
    long MaxBytes,
    string UploadMethod,
    bool SupportsBatchUploads,
    bool SupportsMultipartUploads,
    bool SupportsSessionCredentials);
