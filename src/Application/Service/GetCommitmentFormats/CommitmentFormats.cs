namespace S3Auth.Application.Service;

/// <summary>What each request's proof is signed over.</summary>
/// <param name="FolderLayout">This deployment's layout.</param>
/// <param name="Formats">The commitments of the body, by the request's name.</param>
/// <param name="TaoHeaders">The other proof, in headers, which opens every one of these requests as well.</param>
/// <param name="Audiences">
/// What this server takes as <c>audience</c>; empty where its operator set none, and then the audience is not compared. Sign the host of
/// the URL that you call, not what this says: a hostile server would name another server.
/// </param>
/// <param name="AudienceRequired">Whether a request without <c>audience</c> is refused.</param>
/// <param name="Instructions">How to sign, step by step.</param>
/// <param name="ServerTime">This server's time, in Unix seconds.</param>
public sealed record CommitmentFormats(
    string FolderLayout,
    IReadOnlyDictionary<string, CommitmentFormat> Formats,
    TaoHeaderFormat TaoHeaders,
    IReadOnlyList<Audience> Audiences,
    bool AudienceRequired,
    IReadOnlyList<string> Instructions,
    long ServerTime);

/// <param name="Endpoint">Method and path.</param>
/// <param name="Format">The text with its variable parts in braces.</param>
/// <param name="Example">The same filled in.</param>
/// <param name="FormatWithAudience">The text of a request that names its <c>audience</c>: <c>:{audience}</c> is appended.</param>
/// <param name="ExampleWithAudience">The same filled in.</param>
/// <param name="Description">What it is for and who signs it.</param>
public sealed record CommitmentFormat(
    string Endpoint, string Format, string Example, string FormatWithAudience, string ExampleWithAudience, string Description);

/// <param name="Format">The signed text with its variable parts in braces.</param>
/// <param name="Headers">The headers, each sent once.</param>
/// <param name="ExampleBody">A body.</param>
/// <param name="ExampleText">The text that is signed for this body and these headers.</param>
public sealed record TaoHeaderFormat(string Format, IReadOnlyDictionary<string, string> Headers, string ExampleBody, string ExampleText);
