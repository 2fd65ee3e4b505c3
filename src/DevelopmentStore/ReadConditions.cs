namespace S3Auth.DevelopmentStore;

/// <summary>The conditions of a read: <c>If-Match</c> and the like. Specification: RFC 9110, section 13.2.2.</summary>
internal static class ReadConditions
{
    /// <summary>Evaluates the conditions.</summary>
    /// <param name="headers">The headers of the request.</param>
    /// <param name="stored">The object.</param>
    /// <param name="prefix">What the names of the headers begin with: nothing, or <c>x-amz-copy-source-</c>.</param>
    /// <returns>False if the client's copy is current.</returns>
    /// <exception cref="S3Exception">PreconditionFailed.</exception>
    public static bool AreMet(IHeaderDictionary headers, StoredObject stored, string prefix = "")
    {
        var (match, noneMatch) = (Of("If-Match"), Of("If-None-Match"));
        if (match.Length > 0)
        {
            Require(ETags.Match(match, stored.ETag), "If-Match");
        }
        else
        {
            var isMet = !HttpTime.TryParse(Of("If-Unmodified-Since"), out var unmodified) || stored.LastModified <= unmodified;
            Require(isMet, "If-Unmodified-Since");
        }

        return noneMatch.Length > 0
            ? !ETags.Match(noneMatch, stored.ETag)
            : !HttpTime.TryParse(Of("If-Modified-Since"), out var modified) || stored.LastModified > modified;

        string Of(string name) => headers[prefix + name].ToString();
    }

    private static void Require(bool isMet, string condition)
    {
        if (!isMet)
        {
            throw S3Error.PreconditionFailed.With(null, ("Condition", condition));
        }
    }
}
