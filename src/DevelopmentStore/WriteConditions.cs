namespace S3Auth.DevelopmentStore;

/// <summary>
/// The conditions of a write: <c>If-None-Match: *</c> and <c>If-Match</c>. Specification: "How to prevent object overwrites with
/// conditional writes", Amazon S3 User Guide.
/// </summary>
internal static class WriteConditions
{
    /// <summary>Returns a check of the current object, for use before the body is read and again when the object is stored.</summary>
    /// <exception cref="S3Exception">NotImplemented for an ETag in If-None-Match.</exception>
    public static Action<StoredObject?> Of(HttpRequest request)
    {
        var ifMatch = request.Headers.IfMatch.ToString();
        var ifNoneMatch = request.Headers.IfNoneMatch.ToString();
        if (ifNoneMatch is not ("" or "*"))
        {
            throw S3Error.NotImplemented.With(null, ("Header", "If-None-Match"));
        }

        return current =>
        {
            if (ifNoneMatch.Length > 0 && current is not null)
            {
                throw S3Error.PreconditionFailed.With(null, ("Condition", "If-None-Match"));
            }

            if (ifMatch.Length > 0 && (current is null ? throw S3Error.NoSuchKey.With() : !ETags.Match(ifMatch, current.ETag)))
            {
                throw S3Error.PreconditionFailed.With(null, ("Condition", "If-Match"));
            }
        };
    }
}
