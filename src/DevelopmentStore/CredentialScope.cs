namespace S3Auth.DevelopmentStore;

/// <summary>The credential of a signed request: <c>access-key/yyyyMMdd/region/s3/aws4_request</c>.</summary>
internal sealed record CredentialScope(string AccessKey, DateOnly Day, string Region)
{
    /// <summary>Whether this is the scope of a signing key.</summary>
    public bool IsOf(SigningKey key) =>
        key.Day == Day && key.Scope.EndsWith($"/{Region}/{SigV4Names.Service}/{SigV4Names.Terminator}", StringComparison.Ordinal);

    /// <summary>Parses a credential and compares it with the store's key and region.</summary>
    /// <param name="credential">The received text.</param>
    /// <param name="options">The store's key and region.</param>
    /// <param name="malformed">The error for a malformed credential. It differs between header and query.</param>
    /// <exception cref="S3Exception"><paramref name="malformed"/>, or InvalidAccessKeyId.</exception>
    public static CredentialScope Parse(string credential, EmbeddedStoreOptions options, S3Error malformed)
    {
        var parts = credential.Split('/');
        if (parts.Length != 5)
        {
            throw malformed.With("The credential is malformed; expecting \"<access-key>/YYYYMMDD/REGION/s3/aws4_request\".");
        }

        if (!string.Equals(parts[0], options.AccessKey, StringComparison.Ordinal))
        {
            throw S3Error.InvalidAccessKeyId.With(null, ("AWSAccessKeyId", parts[0]));
        }

        if (!DateOnly.TryParseExact(parts[1], SigV4Names.DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            throw malformed.With("The credential's date is not valid; expecting YYYYMMDD.");
        }

        if (!SigningKey.IsRegion(parts[2]) || !options.Behaviour.AcceptsRegion(parts[2], options.Region))
        {
            throw malformed.With($"The region '{parts[2]}' is wrong; expecting '{options.Region}'", ("Region", options.Region));
        }

        if (!string.Equals(parts[3], SigV4Names.Service, StringComparison.Ordinal)
            || !string.Equals(parts[4], SigV4Names.Terminator, StringComparison.Ordinal))
        {
            throw malformed.With("The credential's scope must end with /s3/aws4_request.");
        }

        return new CredentialScope(parts[0], day, parts[2]);
    }
}
