namespace S3Auth.DevelopmentStore;

/// <summary>
/// Verifies Signature Version 4 in the <c>Authorization</c> header, in the query (presigned) and over a POST form's policy.
/// Anonymous requests are refused. Signatures are compared in constant time.
/// Specification: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
/// </summary>
internal sealed class RequestAuthenticator(EmbeddedStoreOptions options, TimeProvider time)
{
    private static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(15);

    private volatile SigningKey? _lastKey;

    /// <summary>Verifies a request that is signed in its header or its query.</summary>
    /// <exception cref="S3Exception">The signature is missing, malformed, wrong or expired.</exception>
    public SignedRequest Authenticate(HttpRequest request, RequestTarget target)
    {
        var header = request.Headers.Authorization;
        var presigned = target.Query.Has(SigV4Names.Query.Algorithm) || target.Query.Has(SigV4Names.Query.Signature);
        if (header.Count > 0 && presigned)
        {
            throw S3Error.InvalidArgument.With(
                "Only one auth mechanism allowed; "
                + "only the X-Amz-Algorithm query parameter or the Authorization header should be specified");
        }

        if (presigned)
        {
            return AuthenticateQuery(request, target);
        }

        if (header.Count == 1)
        {
            return AuthenticateHeader(request, target, header.ToString());
        }

        if (header.Count > 1 || (target.Query.Has("AWSAccessKeyId") && target.Query.Has("Signature")))
        {
            throw UnsupportedMechanism();
        }

        throw S3Error.AccessDenied.With();
    }

    /// <summary>Verifies the signature of a POST form. It covers the policy in base64 as received.</summary>
    /// <exception cref="S3Exception">AccessDenied without a policy; otherwise the error for what is missing, malformed or
    /// wrong.</exception>
    public void AuthenticateForm(FormFields fields)
    {
        if (fields[SigV4Names.Form.Policy] is not { } policy)
        {
            throw S3Error.AccessDenied.With();
        }

        if (!string.Equals(fields.Require(SigV4Names.Form.Algorithm), SigV4Names.Algorithm, StringComparison.Ordinal))
        {
            throw UnsupportedMechanism();
        }

        var scope = CredentialScope.Parse(fields.Require(SigV4Names.Form.Credential), options, S3Error.AuthorizationQueryParametersError);
        var timestamp = fields.Require(SigV4Names.Form.Date);
        RequireDay(ParseTimestamp(timestamp, S3Error.InvalidArgument), scope, S3Error.AuthorizationQueryParametersError);
        var signature = fields.Require(SigV4Names.Form.Signature);
        if (fields[SigV4Names.Form.SecurityToken] is not null)
        {
            throw S3Error.InvalidToken.With();
        }

        Span<byte> expected = stackalloc byte[SigV4Names.SignatureLength];
        KeyOf(scope).Sign(Encoding.UTF8.GetBytes(policy), expected);
        if (!Same(expected, signature))
        {
            throw S3Error.SignatureDoesNotMatch.With();
        }
    }

    private SignedRequest AuthenticateHeader(HttpRequest request, RequestTarget target, string authorization)
    {
        const string prefix = SigV4Names.Algorithm + " ";
        if (!authorization.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw UnsupportedMechanism();
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in authorization[prefix.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !parts.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                throw S3Error.AuthorizationHeaderMalformed.With();
            }
        }

        if (!parts.TryGetValue("Credential", out var credential)
            || !parts.TryGetValue("SignedHeaders", out var signedHeaders)
            || !parts.TryGetValue("Signature", out var signature)
            || parts.Count != 3)
        {
            throw S3Error.AuthorizationHeaderMalformed.With(
                "The authorization header is malformed; expecting exactly Credential, SignedHeaders and Signature.");
        }

        var scope = CredentialScope.Parse(credential, options, S3Error.AuthorizationHeaderMalformed);
        if (request.Headers[SigV4Names.Header.Date] is not [{ } timestamp])
        {
            throw S3Error.AccessDenied.With("AWS authentication requires a valid x-amz-date header");
        }

        var moment = ParseTimestamp(timestamp, S3Error.AccessDenied);
        RequireDay(moment, scope, S3Error.AuthorizationHeaderMalformed);
        var now = time.GetUtcNow();
        if ((now - moment).Duration() > AllowedSkew)
        {
            throw S3Error.RequestTimeTooSkewed.With(
                null,
                ("RequestTime", timestamp),
                ("ServerTime", S3Xml.Time(now)),
                ("MaxAllowedSkewMilliseconds", S3Xml.Number((long)AllowedSkew.TotalMilliseconds)));
        }

        if (request.Headers[SigV4Names.Header.ContentSha256] is not [{ } payload])
        {
            throw S3Error.InvalidRequest.With("Missing required header for this request: x-amz-content-sha256");
        }

        RequireNoToken(request.Headers.ContainsKey(SigV4Names.Header.SecurityToken));
        return Verify(request, target, scope, timestamp, signedHeaders, signature, payload, S3Error.AuthorizationHeaderMalformed);
    }

    private SignedRequest AuthenticateQuery(HttpRequest request, RequestTarget target)
    {
        var malformed = S3Error.AuthorizationQueryParametersError;
        var query = target.Query;
        if (!string.Equals(Require(SigV4Names.Query.Algorithm), SigV4Names.Algorithm, StringComparison.Ordinal))
        {
            throw malformed.With("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }

        var scope = CredentialScope.Parse(Require(SigV4Names.Query.Credential), options, malformed);
        var timestamp = Require(SigV4Names.Query.Date);
        var moment = ParseTimestamp(timestamp, malformed);
        RequireDay(moment, scope, malformed);
        if (!int.TryParse(Require(SigV4Names.Query.Expires), NumberStyles.None, CultureInfo.InvariantCulture, out var expires)
            || expires is < 1 or > SigV4Names.MaxExpirySeconds)
        {
            throw malformed.With("X-Amz-Expires must be a number of seconds between 1 and 604800");
        }

        var signedHeaders = Require(SigV4Names.Query.SignedHeaders);
        var signature = Require(SigV4Names.Query.Signature);
        var now = time.GetUtcNow();
        if (moment - now > AllowedSkew)
        {
            throw S3Error.AccessDenied.With("Request is not yet valid", ("ServerTime", S3Xml.Time(now)));
        }

        if (now >= moment.AddSeconds(expires))
        {
            throw S3Error.AccessDenied.With(
                "Request has expired",
                ("X-Amz-Expires", S3Xml.Number(expires)),
                ("Expires", S3Xml.Time(moment.AddSeconds(expires))),
                ("ServerTime", S3Xml.Time(now)));
        }

        RequireNoToken(query.Has(SigV4Names.Query.SecurityToken) || request.Headers.ContainsKey(SigV4Names.Header.SecurityToken));
        var payload = query["X-Amz-Content-Sha256"] ?? request.Headers[SigV4Names.Header.ContentSha256] switch
        {
            [{ } one] => one,
            [] => SigV4Names.UnsignedPayload,
            _ => throw malformed.With("x-amz-content-sha256 is specified more than once"),
        };
        return Verify(request, target, scope, timestamp, signedHeaders, signature, payload, malformed);

        string Require(string name) =>
            query[name] is { Length: > 0 } value ? value : throw malformed.With(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
                + $"X-Amz-SignedHeaders, and X-Amz-Expires parameters; {name} is missing.");
    }

    private SignedRequest Verify(
        HttpRequest request,
        RequestTarget target,
        CredentialScope scope,
        string timestamp,
        string signedHeaders,
        string signature,
        string payload,
        S3Error malformed)
    {
        var names = signedHeaders.Split(';');
        if (names.Any(name => name.Length == 0 || name.Any(c => char.IsAsciiLetterUpper(c) || c <= ' '))
            || !names.Contains("host", StringComparer.Ordinal))
        {
            throw malformed.With("SignedHeaders must name headers in lower case, separated by semicolons, among them host.");
        }

        var unsigned = options.Behaviour.HonoursUnsignedHeaders ? [] : request.Headers.Keys
            .Select(name => name.ToLowerInvariant())
            .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal) && !names.Contains(name, StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (unsigned.Length > 0)
        {
            throw S3Error.AccessDenied.With(
                "There were headers present in the request which were not signed", ("HeadersNotSigned", string.Join(", ", unsigned)));
        }

        var canonical = CanonicalRequest.Build(
            request.Method, target, request.Headers, names, payload, options.Behaviour.OmitsMissingSignedHeaders);
        var key = KeyOf(scope);
        Span<byte> expected = stackalloc byte[SigV4Names.SignatureLength];
        key.SignRequest(Encoding.ASCII.GetBytes(timestamp), Encoding.UTF8.GetBytes(canonical), expected);
        return Same(expected, signature)
            ? new SignedRequest(key, timestamp, signature, payload)
            : throw S3Error.SignatureDoesNotMatch.With(null, ("AWSAccessKeyId", scope.AccessKey), ("CanonicalRequest", canonical));
    }

    /// <summary>Compares signatures in constant time. Returns false for different lengths.</summary>
    internal static bool Same(ReadOnlySpan<byte> expected, string received) =>
        CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(received));

    private SigningKey KeyOf(CredentialScope scope)
    {
        if (_lastKey is { } last && scope.IsOf(last))
        {
            return last;
        }

        return _lastKey = SigningKey.Derive(options.SecretKey, scope.Day, scope.Region);
    }

    private static DateTimeOffset ParseTimestamp(string text, S3Error malformed) =>
        DateTimeOffset.TryParseExact(
            text,
            SigV4Names.TimestampFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var moment)
            ? moment
            : throw malformed.With("The date must be in the ISO8601 long format \"yyyyMMdd'T'HHmmss'Z'\"");

    private static void RequireDay(DateTimeOffset moment, CredentialScope scope, S3Error malformed)
    {
        if (DateOnly.FromDateTime(moment.UtcDateTime) != scope.Day)
        {
            throw malformed.With("The credential's date is not the date of the request.");
        }
    }

    private static void RequireNoToken(bool present)
    {
        if (present)
        {
            throw S3Error.InvalidToken.With();
        }
    }

    private static S3Exception UnsupportedMechanism() =>
        S3Error.InvalidRequest.With("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
}
