namespace S3Auth.Application.Service.GetCommitmentFormats;

/// <summary>What each request's proof is signed over.</summary>
/// <param name="FolderLayout">This deployment's layout.</param>
/// <param name="Formats">By the request's name.</param>
/// <param name="Instructions">How to sign, step by step.</param>
/// <param name="ServerTime">This server's time, in Unix seconds.</param>
public sealed record CommitmentFormats(
    string FolderLayout,
    IReadOnlyDictionary<string, CommitmentFormat> Formats,
    IReadOnlyList<string> Instructions,
    long ServerTime);

/// <param name="Endpoint">Method and path.</param>
/// <param name="Format">The text with its variable parts in braces.</param>
/// <param name="Example">The same filled in.</param>
/// <param name="Description">What it is for and who signs it.</param>
public sealed record CommitmentFormat(string Endpoint, string Format, string Example, string Description);
