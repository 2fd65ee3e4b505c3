namespace S3Auth.Application.Service;

/// <summary>Where files live and how they get there.</summary>
/// <param name="FolderLayout">This deployment's layout.</param>
/// <param name="FolderStructure">A miner's folder with its variable parts in braces.</param>
/// <param name="Description">The same in a sentence.</param>
/// <param name="Sources">The configured sources; empty where the layout has none.</param>
/// <param name="ExamplePaths">What uploaded files' keys look like.</param>
/// <param name="UploadFlow">How to upload, step by step.</param>
/// <param name="MinBytes">The smallest file, in bytes.</param>
/// <param name="MaxBytes">The largest file, in bytes.</param>
/// <param name="UploadMethod"><c>POST</c>: one form takes any number of files; <c>PUT</c>: each file is asked for.</param>
public sealed record Structure(
    string FolderLayout,
    string FolderStructure,
    string Description,
    IReadOnlyList<string> Sources,
    IReadOnlyList<string> ExamplePaths,
    IReadOnlyList<string> UploadFlow,
    long MinBytes,
    long MaxBytes,
    string UploadMethod);
