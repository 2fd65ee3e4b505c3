namespace S3Auth.S3;

/// <summary>A request of this server to the bucket, for <see cref="DatedSigner"/>.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Key">The object's key; null for the bucket.</param>
/// <param name="Query">The query parameters in the order of their names, which begin with a lower-case letter.</param>
/// <param name="Headers">
/// The headers to sign, which the sender must send unchanged, in the order of their names, which are lower-case and come after <c>host</c>.
/// </param>
internal sealed record S3Request(string Method, string? Key, IReadOnlyList<S3Parameter> Query, IReadOnlyList<S3Parameter> Headers);

/// <summary>The name and value of a query parameter or header.</summary>
internal readonly record struct S3Parameter(string Name, string Value);
