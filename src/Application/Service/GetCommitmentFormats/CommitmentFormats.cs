namespace S3Auth.Application.Service;

/// <summary>The texts that the proofs of requests sign.</summary>
/// <param name="FolderLayout">The layout of this deployment: <c>coldkey</c>, <c>hotkey</c> or a template.</param>
/// <param name="Formats">The commitments in the body, by the name of the request.</param>
/// <param name="TaoHeaders">Another kind of proof, in headers. Each of these requests accepts it too.</param>
/// <param name="EpistulaHeaders">The third kind of proof, in other headers. Each of these requests accepts it too.</param>
/// <param name="Audiences">
/// The audiences that this server accepts. If empty, the operator set none, and the server does not compare them. Sign the host of the URL
/// that you call, not a value from here: a hostile server would name another server.
/// </param>
/// <param name="AudienceRequired">Whether the server refuses requests without <c>audience</c>.</param>
/// <param name="Instructions">How to sign, step by step.</param>
/// <param name="ServerTime">The server's time in Unix seconds.</param>
public sealed record CommitmentFormats(
    string FolderLayout,
    IReadOnlyDictionary<string, CommitmentFormat> Formats,
    HeaderProofFormat TaoHeaders,
    HeaderProofFormat EpistulaHeaders,
    IReadOnlyList<Audience> Audiences,
    bool AudienceRequired,
    IReadOnlyList<string> Instructions,
    long ServerTime);

/// <param name="Endpoint">The method and path of the endpoint.</param>
/// <param name="Format">The text, with variable parts in braces.</param>
/// <param name="Example">An example of the text.</param>
/// <param name="FormatWithAudience">The text for a request with an <c>audience</c>: it ends with <c>:{audience}</c>.</param>
/// <param name="ExampleWithAudience">An example of that text.</param>
/// <param name="Description">What the request does and who signs it.</param>
public sealed record CommitmentFormat(
    string Endpoint, string Format, string Example, string FormatWithAudience, string ExampleWithAudience, string Description);

/// <param name="Format">The signed text, with variable parts in braces.</param>
/// <param name="Headers">The headers. Send each of them once.</param>
/// <param name="ExampleBody">An example of a body.</param>
/// <param name="ExampleText">The signed text for that body and these headers.</param>
public sealed record HeaderProofFormat(string Format, IReadOnlyDictionary<string, string> Headers, string ExampleBody, string ExampleText);
